// A thread for work that blocks, such as SQLite.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/base/background.h"
#include "daemon/base/group.h"
#include "daemon/loop/wakeup.h"

namespace icure::loop {

/// Runs jobs one at a time, in order, on a thread of its own; results come back on the loop.
/// With a group, the jobs that wait are carried out together, with those that come meanwhile as far
/// as they are not too many, and each gets its result when the group has ended: if that fails, its
/// error. Construct, use and destroy on the loop thread, with no job awaited any more.
class Worker final : public Background {
 public:
  /// `patient`: nobody waits for an answer, so that the processor goes to other threads first.
  enum class Pace { prompt, patient };

  /// `name` is what `ps -T` and a debugger show; at most 15 characters.
  /// `group`, if given, outlives it.
  Worker(uv_loop_t& loop, std::string name, Pace pace = Pace::prompt, Group* group = nullptr);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void push(Queued& queued) override;
  void serve(Pace pace);                      // worker thread
  void carry_out(std::deque<Queued*>& jobs);  // worker thread
  void join(std::deque<Queued*>& jobs);       // worker thread; those that came since
  void deliver();                             // loop thread

  Group* group_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Queued*> todo_;  // guarded by mutex_
  std::deque<Queued*> done_;  // guarded by mutex_
  bool closing_ = false;      // guarded by mutex_
  Wakeup finished_;
  std::thread thread_;
};

}  // namespace icure::loop
