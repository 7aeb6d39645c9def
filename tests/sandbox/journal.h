// What the platform and the gateway were asked: the last requests, in the order they came.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace icure::sandbox {

struct Received {
  std::uint64_t n;
  std::string server;
  std::string method;
  std::string path;
  std::string query;
  int status = 0;  // 0: no answer went out
  std::uint64_t bytes_out = 0;
};

/// Any thread.
class Journal {
 public:
  /// Returns the number under which `close` completes it.
  std::uint64_t open(Received received);
  void close(std::uint64_t n, int status, std::uint64_t bytes_out);
  void each(const std::function<void(const Received&)>& visit) const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::deque<Received> ring_;  // guarded by mutex_
  std::uint64_t next_ = 1;     // guarded by mutex_
};

}  // namespace icure::sandbox
