// What the sync asks of the world outside the process. Http and Websockets are met by
// sync/platform/, and by scripts in tests.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"
#include "daemon/base/task.h"
#include "sync/cause.h"

namespace icure::sync {

/// Takes the body of a reply of status 200 piece by piece, in place of HttpReply::body.
class BodySink {
 public:
  enum class Taken {
    all,
    later,    ///< Nothing was taken: the transfer rests until there is room.
    refused,  ///< The transfer ends with bad_answer.
  };
  virtual ~BodySink() = default;
  virtual Taken take(std::string_view piece) = 0;

  /// For the transfer that was told `later`: `go_on` is called once, when there is room.
  void wait_for_room(std::function<void()> go_on) { go_on_ = std::move(go_on); }

 protected:
  void make_room() {
    if (auto go_on = std::exchange(go_on_, nullptr)) go_on();
  }

 private:
  std::function<void()> go_on_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;                  ///< Path and query, below the platform's base URL.
  std::string body = {};               ///< JSON; empty: none.
  Secret secret_body = {};             ///< Sent instead of `body` if not empty.
  Secret bearer = {};                  ///< For the Authorization header; empty: none.
  Secret refresh_token = {};           ///< For the Refresh-Token header; empty: none.
  Secret basic = {};                   ///< Base64 of NAME:PASSWORD, in place of `bearer`.
  Secret new_token = {};               ///< For the `token` header: the value of a token to be made.
  std::size_t max_body = 0;            ///< Of the reply, in bytes; more is Cause::oversized.
  std::optional<Millis> timeout = {};  ///< Of the whole exchange; absent: the configured one.
  BodySink* sink = nullptr;            ///< Outlives the exchange; null: the body is kept.
  /// Sent once and no more: for what does harm if it is done twice. Else a request whose connection
  /// ended without an answer may be sent again by itself.
  bool once = false;
};

struct HttpReply {
  int status = 0;
  std::string body;
  bool html = false;                       ///< By its Content-Type: nothing of the platform's is.
  std::optional<WallTime> date;            ///< The server's clock.
  std::optional<Millis> retry_after;       ///< From now on, whichever form the header had.
  std::optional<int> required_auth_level;  ///< Icure-Minimum-Required-Auth-Level.
};

/// Loop thread only.
class Http {
 public:
  virtual ~Http() = default;
  /// A reply of any status, or a Fault of the way there: no_route, dns, connect, timeout, tls,
  /// proxy, bad_answer (cut off), oversized; stopping as soon as `stop` is requested.
  virtual Task<Answer<HttpReply>> send(HttpRequest request, std::stop_token stop) = 0;
};

/// One open connection. Loop thread only; one call at a time. Must not outlive its Websockets.
class Websocket {
 public:
  virtual ~Websocket() = default;
  /// The next text message. Fails with connect when the other end closed, oversized, or as
  /// Http::send; then it is of no use any more. Messages that nobody receives stay with the
  /// sender, so that nothing piles up here.
  virtual Task<Answer<std::string>> receive(std::stop_token stop) = 0;
  virtual Task<Answer<Done>> send(std::string text, std::stop_token stop) = 0;
};

/// Loop thread only.
class Websockets {
 public:
  virtual ~Websockets() = default;
  /// Empty if there are websockets on this machine, else why not, for a person.
  virtual std::string missing() const = 0;
  /// `target` is below the platform's base URL. Fails as Http::send, with the status if the
  /// platform answered and refused.
  virtual Task<Answer<std::unique_ptr<Websocket>>> open(std::string target, Secret bearer,
                                                        std::stop_token stop) = 0;
};

}  // namespace icure::sync
