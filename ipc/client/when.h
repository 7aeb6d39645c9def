// Times for people.
#pragma once
#include <optional>
#include <string>

#include "daemon/base/clock.h"

namespace icure::client {

/// The inverse of rfc3339(); nothing if `text` is no such time.
std::optional<WallTime> parse_time(const std::string& text);

std::string span_words(Millis span);  ///< "42 s", "5 min", "3 h 20 min", "2 d 4 h".

/// "5 min ago", or "in 5 min"; the text itself if it is no time.
std::string ago_words(const std::string& time, WallTime now);

/// "2026-11-23 09:00:00Z (5 min ago)", or "(in 5 min)"; the text itself if it is no time.
std::string time_words(const std::string& time, WallTime now);

}  // namespace icure::client
