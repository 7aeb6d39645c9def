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
    while (!queued_.empty()) {
      auto* job = queued_.front();
      queued_.pop_front();
      job->step();
      job->awaiter.resume();
      ran = true;
    }
    return ran;
  }

 private:
  void push(Queued& queued) override { queued_.push_back(&queued); }
  std::deque<Queued*> queued_;
};

}  // namespace icure::fakes
