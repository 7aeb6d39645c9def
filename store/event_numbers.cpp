#include "store/event_numbers.h"

#include <algorithm>

namespace icure::store {

void EventNumbers::go_on_after(EventNumber last) {
  std::lock_guard lock(mutex_);
  last_ = last;
  newest_.store(last, std::memory_order_release);
}

EventNumber EventNumbers::next(EventFile file) {
  std::lock_guard lock(mutex_);
  ++last_;
  auto& open = open_[static_cast<std::size_t>(file)];
  if (open == 0) open = last_;
  return last_;
}

void EventNumbers::finish(EventFile file) noexcept {
  std::lock_guard lock(mutex_);
  auto& open = open_[static_cast<std::size_t>(file)];
  if (open == 0) return;
  open = 0;
  auto newest = last_;
  for (const auto first : open_) {
    if (first != 0) newest = std::min(newest, first - 1);
  }
  newest_.store(newest, std::memory_order_release);
}

EventNumber EventNumbers::last() const {
  std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace icure::store
