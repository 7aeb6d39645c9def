// ConfirmedTime: the time by which what is old is erased. This machine's clock alone may have been
// set far ahead, and then nothing would be left.
#pragma once
#include <algorithm>
#include <optional>

#include "daemon/base/clock.h"

namespace icure::sync {

/// Loop thread only.
class ConfirmedTime {
 public:
  /// The clock outlives it.
  explicit ConfirmedTime(const Clock& clock) : clock_(clock) {}

  /// The platform's clock, by its answer.
  void heard(WallTime platform) { heard_ = {platform, clock_.uptime()}; }

  /// The earlier of our clock and the platform's, which goes on from its last answer; absent: there
  /// was none since the start.
  std::optional<WallTime> now() const {
    if (!heard_) return std::nullopt;
    return std::min(clock_.wall(), heard_->platform + (clock_.uptime() - heard_->at));
  }

 private:
  struct Heard {
    WallTime platform;
    Millis at;  // of Clock::uptime()
  };
  const Clock& clock_;
  std::optional<Heard> heard_;
};

}  // namespace icure::sync
