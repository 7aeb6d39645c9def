// The methods of the protocol itself: hello and rpc.discover.
#pragma once
#include <string>

#include "ipc/methods.h"

namespace icure::ipc {

/// The version of the contract that this server speaks.
inline constexpr std::int64_t kProtocol = 1;

struct HelloParams {
  std::string client;
  std::int64_t protocol = 0;
  std::optional<std::string> actor;
  std::optional<std::string> session;

  static constexpr auto params() {
    return std::tuple(
        param("client", &HelloParams::client, "the calling program, for the logs").length(1, 128),
        param("protocol", &HelloParams::protocol, "the version it speaks: 1"),
        param("actor", &HelloParams::actor, "user id of the acting clinician, for the logs only")
            .length(1, 128),
        param("session", &HelloParams::session, "reserved").length(1, 128));
  }
};

class Hello {
 public:
  /// `version` is the program's. The table must outlive this.
  Hello(const Methods& methods, std::string version)
      : methods_(methods), version_(std::move(version)) {}

  void register_on(Methods& methods);

 private:
  Task<Result<std::string>> hello(Call call, HelloParams params);
  Task<Result<std::string>> discover(Call call, NoParams params);

  const Methods& methods_;
  std::string version_;
};

}  // namespace icure::ipc
