// LatestTime: the time by which ages of logins are measured. It never goes back, also over
// restarts, so that setting the clock back makes no verifier and no session younger.
#pragma once
#include <algorithm>
#include <optional>

#include "daemon/base/clock.h"

namespace icure::sync {

/// Loop thread only.
class LatestTime {
 public:
  /// `highest`: what now() last said before the restart.
  LatestTime(const Clock& clock, std::optional<WallTime> highest)
      : clock_(clock), highest_(highest.value_or(clock.wall())), since_(clock.uptime()) {}

  WallTime now() {
    const auto uptime = clock_.uptime();
    highest_ = std::max(clock_.wall(), highest_ + (uptime - since_));
    since_ = uptime;
    return highest_;
  }

  /// The platform's clock, by its answer. It also ends a time that somebody once set far ahead:
  /// else nothing would age until then.
  void heard(WallTime platform) {
    if (platform > now() || platform + kFarAhead < highest_) highest_ = platform;
  }

 private:
  static constexpr Millis kFarAhead = std::chrono::hours(24);

  const Clock& clock_;
  WallTime highest_;
  Millis since_;  // of uptime: when highest_ was so
};

/// Whether something of `then` is at most `longest` old. What lies in the future was dated by a
/// clock that was wrong: it is not trusted.
inline bool is_young(WallTime then, WallTime now, Millis longest) {
  constexpr Millis kMargin = std::chrono::minutes(5);
  return now - then <= longest && then - now <= kMargin;
}

}  // namespace icure::sync
