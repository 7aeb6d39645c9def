#include "tests/sandbox/parking.h"

#include <microhttpd.h>

namespace icure::sandbox {

Parking::Parking() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

Parking::~Parking() {
  close();
}

bool Parking::park(MHD_Connection* connection, Moment until) {
  const std::scoped_lock lock(mutex_);
  if (!open_) return false;
  MHD_suspend_connection(connection);
  parked_.emplace(until, connection);
  changed_.notify_one();
  return true;
}

void Parking::close() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
  for (const auto& [until, connection] : parked_) MHD_resume_connection(connection);
  parked_.clear();
}

void Parking::reopen() {
  const std::scoped_lock lock(mutex_);
  open_ = true;
}

bool Parking::is_open() {
  const std::scoped_lock lock(mutex_);
  return open_;
}

void Parking::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (parked_.empty()) {
      changed_.wait(lock, stop, [this] { return !parked_.empty(); });
      continue;
    }
    const Moment first = parked_.begin()->first;
    if (std::chrono::steady_clock::now() < first) {
      // Woken early when an earlier one was parked, or all were let go.
      changed_.wait_until(lock, stop, first, [this, first] {
        return parked_.empty() || parked_.begin()->first < first;
      });
      continue;
    }
    MHD_resume_connection(parked_.begin()->second);
    parked_.erase(parked_.begin());
  }
}

}  // namespace icure::sandbox
