#include "daemon/api/event_feed.h"

#include <algorithm>

#include "daemon/api/event_text.h"
#include "daemon/base/log.h"
#include "ipc/protocol.h"

namespace icure::api {
namespace {

constexpr std::size_t kMost = 16;        // subscriptions of one client
constexpr std::size_t kUsualLine = 256;  // bytes

}  // namespace

Result<std::string> EventFeed::add(std::optional<store::EventNumber> since,
                                   store::TopicSet topics) {
  if (subscriptions_.size() >= kMost) {
    return Error{Code::invalid, "a connection has 16 subscriptions at most",
                 "name several topics in one, or end one with events.unsubscribe"};
  }
  const auto newest = window_.newest();
  const bool lost = since && *since > newest;
  subscriptions_.push_back(
      {std::to_string(++named_), topics, since ? std::min(*since, newest) : newest, lost});
  return subscriptions_.back().name;
}

bool EventFeed::remove(const std::string& name) {
  return std::erase_if(subscriptions_,
                       [&name](const Subscription& each) { return each.name == name; }) != 0;
}

bool EventFeed::pour(std::string& out, std::size_t room) {
  const auto full = out.size() + room;
  bool more = false;
  for (std::size_t each = 0; each < subscriptions_.size(); ++each) {
    if (pour(subscriptions_[(first_ + each) % subscriptions_.size()], out, full)) more = true;
  }
  ++first_;
  return more;
}

bool EventFeed::pour(Subscription& subscription, std::string& out, std::size_t full) {
  if (subscription.lost) {
    store::Event gap;
    gap.seq = subscription.at;
    gap.gap = true;
    append(out, subscription, event_text(gap));
    subscription.lost = false;
  }
  if (!window_.covers(subscription.at)) return pour_older(subscription, out, full);
  for (auto at = window_.first_after(subscription.at); at != window_.end(); ++at) {
    if (out.size() >= full) return true;
    if (is_for(caller_.grant, subscription.topics, at->event)) {
      append(out, subscription, at->text);
    }
    subscription.at = at->event.seq;
  }
  subscription.at = std::max(subscription.at, window_.upto());
  return false;
}

bool EventFeed::pour_older(Subscription& subscription, std::string& out, std::size_t full) {
  if (out.size() >= full || !window_.may_read_older()) return true;
  const auto page = window_.older(subscription.at, (full - out.size()) / kUsualLine + 1);
  if (!page) {
    log::warning("events cannot be read: {}", page.error().message);
    return false;  // tried again when there are new ones
  }
  for (const auto& event : page->events) {
    if (!is_for(caller_.grant, subscription.topics, event)) continue;
    append(out, subscription, event_text(event));
  }
  subscription.at = page->upto;
  return true;
}

void EventFeed::append(std::string& out, const Subscription& to, std::string_view text) {
  ipc::append_notification(out, "event", {R"({"subscription":")", to.name, "\",", text});
}

}  // namespace icure::api
