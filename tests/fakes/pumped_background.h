// A background whose jobs run when the test says so, on the same thread.
#pragma once
#include <deque>

#include "daemon/base/background.h"

namespace icure::fakes {

class PumpedBackground final : public Background {
 public:
  /// Runs what is queued and what that queues, until nothing is left. Returns whether it ran any.
  bool pump() {
    bool ran = false;
    while (pump_one()) ran = true;
    return ran;
  }
  bool pump_one() {
    if (queued_.empty()) return false;
    auto* job = queued_.front();
    queued_.pop_front();
    job->step();
    job->awaiter.resume();
    return true;
  }

 private:
  void push(Queued& queued) override { queued_.push_back(&queued); }
  std::deque<Queued*> queued_;
};

}  // namespace icure::fakes
