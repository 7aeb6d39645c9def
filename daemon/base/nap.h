// Nap: how a loop waits until there is something to do.
#pragma once
#include <stop_token>
#include <utility>

#include "daemon/base/clock.h"

namespace icure {

/// For one loop that sleeps and others that wake it. No wake() is missed: one that comes while the
/// loop is at work ends its next nap at once. Loop thread only; the clock outlives it.
class Nap {
 public:
  explicit Nap(Clock& clock) : clock_(clock) {}

  /// Until `longest` is over, or sooner: then returns true, also where `stop` was requested.
  Task<bool> take(Millis longest, std::stop_token stop) {
    if (stop.stop_requested() || std::exchange(woken_, false)) co_return true;
    sleep_ = std::stop_source();
    std::stop_callback end(stop, [this] { wake(); });
    const auto slept = co_await clock_.sleep(longest, sleep_.get_token());
    woken_ = false;
    co_return !slept;
  }

  void wake() {
    woken_ = true;
    auto sleep = sleep_;  // the one under way: who wakes may begin another
    sleep.request_stop();
  }

 private:
  Clock& clock_;
  std::stop_source sleep_;
  bool woken_ = false;
};

}  // namespace icure
