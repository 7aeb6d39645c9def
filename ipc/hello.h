// The methods of the protocol itself: hello and rpc.discover.
#pragma once
#include <functional>
#include <string>

#include "ipc/methods.h"

namespace icure::ipc {

/// The version of the contract that this server speaks.
inline constexpr std::int64_t kProtocol = 1;

struct HelloParams {
  std::string client;
  std::int64_t protocol = 0;
  std::optional<std::string> actor;
  std::optional<Secret> session;

  static constexpr auto params() {
    return std::tuple(
        param("client", &HelloParams::client, "the calling program, for the logs").length(1, 128),
        param("protocol", &HelloParams::protocol, "the version it speaks: 1"),
        param("actor", &HelloParams::actor, "user id of the acting clinician, for the logs only")
            .length(1, 128),
        param("session", &HelloParams::session,
              "as auth.login gave it: its user is the actor, verified")
            .length(1, 128));
  }
};

class Hello {
 public:
  /// The id of the user whose session it is. Fails with login_needed.
  using WhoseSession = std::function<Task<Result<std::string>>(Secret session)>;

  /// `version` is the program's. The table must outlive this.
  Hello(const Methods& methods, std::string version, WhoseSession whose)
      : methods_(methods), version_(std::move(version)), whose_(std::move(whose)) {}

  void register_on(Methods& methods);

 private:
  Task<Result<std::string>> hello(Call call, HelloParams params);
  Task<Result<std::string>> discover(Call call, NoParams params);

  const Methods& methods_;
  std::string version_;
  WhoseSession whose_;
};

}  // namespace icure::ipc
