// How much of the processor each turn of the loop took: the time for which everybody else waited.
#pragma once
#include <uv.h>

#include <optional>

#include "daemon/base/log_histogram.h"
#include "daemon/loop/handle.h"

namespace icure::loop {

/// Loop thread only. Counts from construction on; costs one system call a turn and does not keep
/// the loop alive.
class TurnMeter {
 public:
  explicit TurnMeter(uv_loop_t& loop);
  TurnMeter(const TurnMeter&) = delete;
  TurnMeter& operator=(const TurnMeter&) = delete;

  /// Processor time of this thread, turn by turn: neither waiting nor being held up counts.
  const LogHistogram& turns() const { return turns_; }

 private:
  void turn();

  UniqueHandle<uv_prepare_t> handle_;
  LogHistogram turns_;
  std::optional<std::chrono::nanoseconds> last_;  // processor time when the turn began
};

}  // namespace icure::loop
