// libicure-client: calls to the daemon over its socket, for programs that may wait for an answer.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ipc/client/failure.h"

namespace icure::client {

inline constexpr auto kDefaultSocket = "/run/icure-syncd/api.sock";

struct Options {
  std::string socket = kDefaultSocket;
  std::string client = "libicure-client";  ///< The program's name, for the daemon's logs.
  std::string actor = {};                  ///< The acting clinician's user id; may be empty.
  Millis timeout{30'000};                  ///< Of each call, from sending to answer.
};

struct Reply;

struct Notification {
  std::string method;
  std::string params;  ///< JSON text.
};

/// One thread at a time. Connects on the first call, and again on the next one after a loss; a
/// call that may have reached the daemon is never sent twice.
class Client {
 public:
  using Called = Result<std::string, Failure>;  ///< JSON text of the result.

  explicit Client(Options options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// `params` is the text of a JSON object.
  Called call(std::string_view method, std::string_view params = "{}");

  /// Several calls at once: send all, then wait for each, in any order. After a failure of send()
  /// or a loss, ids given before are void.
  Result<std::int64_t, Failure> send(std::string_view method, std::string_view params = "{}");
  Called wait(std::int64_t id);

  /// The next notification, however long it takes. Fails with lost; what was subscribed to is then
  /// void.
  Result<Notification, Failure> listen();
  /// As listen(), but waits so long at most: fails with timed_out then, and the subscriptions stay.
  Result<Notification, Failure> listen(Millis patience);

  /// Called with method and params while an answer is waited for; must not call back. Without it
  /// they are dropped.
  std::function<void(const std::string& method, const std::string& params)> on_notification;

  const Options& options() const { return options_; }

 private:
  struct Connection;
  using Deadline = std::chrono::steady_clock::time_point;

  Result<Done, Failure> connect(Deadline until);
  Result<Reply, Failure> receive(Deadline until);
  Called wait(std::int64_t id, Deadline until);
  Deadline deadline() const { return std::chrono::steady_clock::now() + options_.timeout; }

  Options options_;
  std::unique_ptr<Connection> connection_;
  std::int64_t last_id_ = 0;
};

}  // namespace icure::client
