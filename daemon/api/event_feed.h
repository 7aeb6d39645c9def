// What one client subscribed to: of each subscription where it is, and nothing of what it has not
// been told yet.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/event_window.h"
#include "ipc/call.h"

namespace icure::api {

/// Loop thread only. `caller` owns it; the window outlives it.
class EventFeed final : public ipc::Feed {
 public:
  EventFeed(EventWindow& window, const ipc::Caller& caller, std::function<void()> on_gone)
      : window_(window), caller_(caller), on_gone_(std::move(on_gone)) {}
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;
  ~EventFeed() override { on_gone_(); }

  /// Tells what comes after `since`, or from now on. Returns the subscription's name. Fails with
  /// invalid where there are too many.
  Result<std::string> add(std::optional<store::EventNumber> since, store::TopicSet topics);
  /// Returns whether there was one of that name.
  bool remove(const std::string& name);

  bool pour(std::string& out, std::size_t room) override;

 private:
  struct Subscription {
    std::string name;
    store::TopicSet topics;
    store::EventNumber at = 0;  ///< All up to here was told.
    bool lost = false;          ///< It asked for what never was.
  };

  bool pour(Subscription& subscription, std::string& out, std::size_t full);
  bool pour_older(Subscription& subscription, std::string& out, std::size_t full);
  static void append(std::string& out, const Subscription& to, std::string_view text);

  EventWindow& window_;
  const ipc::Caller& caller_;
  std::function<void()> on_gone_;
  std::vector<Subscription> subscriptions_;
  std::size_t first_ = 0;  // whose turn it is
  std::uint64_t named_ = 0;
};

}  // namespace icure::api
