#include "daemon/loop/turn_meter.h"

#include <ctime>

namespace icure::loop {
namespace {

std::chrono::nanoseconds processor_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

// From one moment before the wait to the next: in between the loop waits, which takes no processor
// time, and calls everybody.
TurnMeter::TurnMeter(uv_loop_t& loop) : handle_(make_handle<uv_prepare_t>(loop, uv_prepare_init)) {
  handle_->data = this;
  uv_prepare_start(handle_.get(),
                   [](uv_prepare_t* prepared) { static_cast<TurnMeter*>(prepared->data)->turn(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(handle_.get()));
}

void TurnMeter::turn() {
  const auto now = processor_time();
  if (last_) turns_.add(now - *last_);
  last_ = now;
}

}  // namespace icure::loop
