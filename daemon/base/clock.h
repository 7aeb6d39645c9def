// Time as an argument, so that a test can own it.
#pragma once
#include <chrono>
#include <stop_token>
#include <string>

#include "daemon/base/result.h"
#include "daemon/base/task.h"

namespace icure {

using WallTime = std::chrono::sys_time<Millis>;

/// Loop thread only, but for wall(), which any thread may call.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;  ///< For timestamps that people see.
  virtual Millis uptime() const = 0;  ///< Monotonic; for measuring.
  /// Fails only with Code::cancelled, as soon as `stop` is requested.
  virtual Task<Result<Done>> sleep(Millis duration, std::stop_token stop) = 0;
};

/// "2026-11-23T09:00:00.000Z", the one form of a time on the socket.
std::string rfc3339(WallTime time);

/// Any time of RFC 3339, with or without a fraction, in UTC or with an offset; or nothing. What is
/// finer than a millisecond is dropped.
std::optional<WallTime> parse_rfc3339(const std::string& text);

/// The time of an HTTP `Date` or `Retry-After` header (RFC 9110, IMF-fixdate), or nothing.
std::optional<WallTime> parse_http_date(const std::string& text);

}  // namespace icure
