// Whether anybody still looks, and whether it is over.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "daemon/base/result.h"

namespace icure::dashboard {

/// Any thread.
class Activity {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void touch() {
    std::lock_guard lock(mutex_);
    last_ = std::chrono::steady_clock::now();
  }
  Time last() const {
    std::lock_guard lock(mutex_);
    return last_;
  }

  void end() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  bool has_ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
  }
  /// Waits so long, or until the end.
  void rest(Millis time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return ended_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Time last_ = std::chrono::steady_clock::now();  ///< Guarded by mutex_, as is what follows.
  bool ended_ = false;
};

}  // namespace icure::dashboard
