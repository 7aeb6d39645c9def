// Unix signals as callbacks on the loop.
#pragma once
#include <csignal>
#include <functional>
#include <initializer_list>

#include "daemon/loop/handle.h"

namespace icure::loop {

/// Keeps signals waiting until somebody can answer them. Construct before there are threads, which
/// then never get them. What still waits when the process ends goes with it.
class HeldSignals {
 public:
  HeldSignals(std::initializer_list<int> numbers) {
    sigemptyset(&held_);
    for (const int number : numbers) sigaddset(&held_, number);
    pthread_sigmask(SIG_BLOCK, &held_, nullptr);
  }
  /// Delivers to this thread what waits, and what comes, also if our parent had it blocked.
  void release() { pthread_sigmask(SIG_UNBLOCK, &held_, nullptr); }

 private:
  sigset_t held_{};
};

/// Calls `on_signal` on the loop thread each time the process gets `number`, until destroyed.
class Signal {
 public:
  Signal(uv_loop_t& loop, int number, std::function<void()> on_signal)
      : handle_(make_handle<uv_signal_t>(loop, uv_signal_init)), on_signal_(std::move(on_signal)) {
    handle_->data = this;
    uv_signal_start(
        handle_.get(), [](uv_signal_t* got, int) { static_cast<Signal*>(got->data)->on_signal_(); },
        number);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

 private:
  UniqueHandle<uv_signal_t> handle_;
  std::function<void()> on_signal_;
};

}  // namespace icure::loop
