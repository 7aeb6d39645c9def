// The way to the platform, played by a script.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/event.h"
#include "sync/ports.h"

namespace icure::fakes {

/// Answers each request by `answer`, at once, or when release() is called while `hold` is set.
/// A held request ends with `stopping` as soon as its stop is requested, as the real one does.
class FakeHttp final : public sync::Http {
 public:
  struct Seen {
    std::string method;
    std::string target;
    std::string body;
    std::string bearer;
    std::string refresh_token;
    std::string basic = {};
    std::string new_token = {};
  };

  Task<sync::Answer<sync::HttpReply>> send(sync::HttpRequest request,
                                           std::stop_token stop) override {
    Seen one{request.method,
             request.target,
             request.body,
             std::string(request.bearer.reveal()),
             std::string(request.refresh_token.reveal()),
             std::string(request.basic.reveal()),
             std::string(request.new_token.reveal())};
    if (!request.secret_body.empty()) one.body = request.secret_body.reveal();
    seen.push_back(one);
    std::stop_callback cancel(stop, [this] { released_.fire(); });
    while (holds(one) && !stop.stop_requested()) co_await released_.wait();
    if (stop.stop_requested()) co_return sync::Fault{sync::Cause::stopping, 0, "stopped"};
    auto made = answer(one);
    if (made && made->status == 200 && request.sink) {
      const auto body = std::exchange(made->body, {});
      for (std::size_t at = 0; at < body.size(); at += kPiece) {
        const auto piece = std::string_view(body).substr(at, kPiece);
        auto taken = request.sink->take(piece);
        while (taken == sync::BodySink::Taken::later) {
          request.sink->wait_for_room([this] { room_.fire(); });
          co_await room_.wait();
          taken = request.sink->take(piece);
        }
        if (taken == sync::BodySink::Taken::refused) {
          co_return sync::Fault{sync::Cause::bad_answer, 200, "refused"};
        }
      }
    }
    co_return made;
  }

  void release() {
    hold = false;
    released_.fire();
  }

  std::function<sync::Answer<sync::HttpReply>(const Seen&)> answer;
  bool hold = false;
  std::string hold_path;  ///< Holds only targets with this in them; empty: all.
  std::vector<Seen> seen;

 private:
  static constexpr std::size_t kPiece = 50;  // bytes of a body that come at once

  bool holds(const Seen& one) const {
    return hold && (hold_path.empty() || one.target.find(hold_path) != std::string::npos);
  }
  Event released_;
  Event room_;  // one transfer at a time waits for it
};

inline sync::HttpReply reply_of(int status, std::string body) {
  sync::HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

}  // namespace icure::fakes
