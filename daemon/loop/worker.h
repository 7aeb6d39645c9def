// A thread for work that blocks, such as SQLite.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/base/background.h"
#include "daemon/loop/handle.h"

namespace icure::loop {

/// Runs jobs one at a time, in order, on a thread of its own; results come back on the loop.
/// Construct, use and destroy on the loop thread, with no job awaited any more.
class Worker final : public Background {
 public:
  /// `name` is what `ps -T` and a debugger show; at most 15 characters.
  Worker(uv_loop_t& loop, std::string name);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void push(Queued& queued) override;
  void serve();    // worker thread
  void deliver();  // loop thread

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Queued*> todo_;  // guarded by mutex_
  std::deque<Queued*> done_;  // guarded by mutex_
  bool closing_ = false;      // guarded by mutex_
  UniqueHandle<uv_async_t> finished_;
  std::thread thread_;
};

}  // namespace icure::loop
