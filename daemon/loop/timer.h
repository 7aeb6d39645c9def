// A one-shot timer on the event loop.
#pragma once
#include <functional>

#include "daemon/base/clock.h"
#include "daemon/loop/handle.h"

namespace icure::loop {

/// Destroying a Timer cancels it; the callback never runs after that. Loop thread only.
class Timer {
 public:
  explicit Timer(uv_loop_t& loop) : handle_(make_handle<uv_timer_t>(loop, uv_timer_init)) {
    handle_->data = this;
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Replaces any earlier start. `on_fire` may destroy this Timer.
  void start(Millis delay, std::function<void()> on_fire) {
    on_fire_ = std::move(on_fire);
    uv_timer_start(
        handle_.get(),
        [](uv_timer_t* fired) {
          auto run = std::exchange(static_cast<Timer*>(fired->data)->on_fire_, nullptr);
          run();
        },
        static_cast<std::uint64_t>(delay.count()), 0);
  }

  void stop() { uv_timer_stop(handle_.get()); }

 private:
  UniqueHandle<uv_timer_t> handle_;
  std::function<void()> on_fire_;
};

}  // namespace icure::loop
