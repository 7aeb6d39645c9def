// Connections that are to wait, for a moment or for good, without holding up others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

struct MHD_Connection;

namespace icure::sandbox {

/// Any thread.
class Parking {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  Parking();
  ~Parking();

  /// Suspends the connection until then; false when nobody may park any more. Call it from the
  /// request's handler.
  bool park(MHD_Connection* connection, Moment until);
  /// Lets everybody go and refuses new ones. A server cannot stop while connections are suspended.
  void close();
  void reopen();
  bool is_open();

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Moment, MHD_Connection*> parked_;  // guarded by mutex_
  bool open_ = true;                               // guarded by mutex_
  std::jthread thread_;
};

}  // namespace icure::sandbox
