#include "daemon/api/event_window.h"

#include <algorithm>

#include "daemon/api/event_text.h"
#include "daemon/base/log.h"

namespace icure::api {
namespace {

constexpr std::size_t kReadTogether = 256;
constexpr std::size_t kKept = 4096;  // about a megabyte

}  // namespace

void EventWindow::restart() {
  ready_.clear();
  after_ = upto_ = newest();
}

void EventWindow::advance() {
  auto page = reader_.after(upto_, kReadTogether);
  if (!page) {
    failed_at_ = newest();
    return log::warning("events cannot be read: {}", page.error().message);
  }
  for (auto& event : page->events) {
    auto text = event_text(event);
    ready_.push_back({std::move(event), std::move(text)});
  }
  upto_ = page->upto;
  while (ready_.size() > kKept) {
    after_ = ready_.front().event.seq;
    ready_.pop_front();
  }
}

EventWindow::At EventWindow::first_after(store::EventNumber seq) const {
  return std::upper_bound(
      ready_.begin(), ready_.end(), seq,
      [](store::EventNumber number, const Ready& each) { return number < each.event.seq; });
}

Result<store::EventPage> EventWindow::older(store::EventNumber after, std::size_t limit) {
  read_in_turn_ = true;
  return reader_.after(after, std::min(limit, kReadTogether));
}

}  // namespace icure::api
