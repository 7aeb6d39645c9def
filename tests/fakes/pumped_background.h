// A background whose jobs run when the test says so, on the same thread.
#pragma once
#include <deque>

#include "daemon/base/background.h"

namespace icure::fakes {

class PumpedBackground final : public Background {
 public:
  /// Runs the oldest job that has not run yet, as the thread would. False: there is none.
  bool work() {
    if (queued_.empty()) return false;
    auto* job = queued_.front();
    queued_.pop_front();
    job->step();
    ran_.push_back(job);
    return true;
  }
  /// Lets the awaiter of the oldest job that has run go on, as the loop would. False: there is
  /// none.
  bool deliver() {
    if (ran_.empty()) return false;
    auto* job = ran_.front();
    ran_.pop_front();
    job->awaiter.resume();
    return true;
  }
  /// Runs what is queued and what that queues, until nothing is left. Returns whether it ran any.
  bool pump() {
    bool ran = false;
    while (deliver() || work()) ran = true;
    return ran;
  }

 private:
  void push(Queued& queued) override { queued_.push_back(&queued); }
  std::deque<Queued*> queued_;
  std::deque<Queued*> ran_;
};

}  // namespace icure::fakes
