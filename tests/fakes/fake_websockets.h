// The platform's notifications, played by the test.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/event.h"
#include "sync/ports.h"

namespace icure::fakes {

class FakeWebsockets final : public sync::Websockets {
 public:
  /// One socket, which stays here when the other end has let go of it.
  struct Line {
    std::deque<std::string> in;
    std::vector<std::string> sent;
    std::string bearer;
    bool cut = false;   // by the platform
    bool gone = false;  // by us
    Event changed;
    void push(std::string text) {
      in.push_back(std::move(text));
      changed.fire();
    }
    void drop() {
      cut = true;
      changed.fire();
    }
  };

  std::string missing() const override { return why_missing; }
  Task<sync::Answer<std::unique_ptr<sync::Websocket>>> open(std::string target, Secret bearer,
                                                            std::stop_token) override {
    targets.push_back(target);
    if (refusal) co_return *refusal;
    lines.push_back(std::make_shared<Line>());
    lines.back()->bearer = bearer.reveal();
    std::unique_ptr<sync::Websocket> socket = std::make_unique<Socket>(lines.back());
    co_return socket;
  }

  std::string why_missing;
  std::optional<sync::Fault> refusal;
  std::vector<std::string> targets;  ///< Of each try.
  std::vector<std::shared_ptr<Line>> lines;

 private:
  class Socket final : public sync::Websocket {
   public:
    explicit Socket(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    ~Socket() override { line_->gone = true; }
    Task<sync::Answer<std::string>> receive(std::stop_token stop) override {
      auto& line = *line_;
      std::stop_callback end(stop, [&line] { line.changed.fire(); });
      while (line.in.empty() && !line.cut && !stop.stop_requested()) co_await line.changed.wait();
      if (stop.stop_requested()) co_return sync::Fault{sync::Cause::stopping, 0, "stopped"};
      if (line.cut) co_return sync::Fault{sync::Cause::connect, 0, "cut"};
      auto text = std::move(line.in.front());
      line.in.pop_front();
      co_return text;
    }
    Task<sync::Answer<Done>> send(std::string text, std::stop_token) override {
      line_->sent.push_back(std::move(text));
      co_return Done{};
    }

   private:
    std::shared_ptr<Line> line_;
  };
};

}  // namespace icure::fakes
