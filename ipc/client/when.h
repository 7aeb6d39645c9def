// Times for people.
#pragma once
#include <string>

#include "daemon/base/clock.h"

namespace icure::client {

std::string span_words(Millis span);  ///< "42 s", "5 min", "3 h 20 min", "2 d 4 h".

/// "5 min ago", or "in 5 min"; the text itself if it is no time.
std::string ago_words(const std::string& time, WallTime now);

/// "2026-11-23 09:00:00Z (5 min ago)", or "(in 5 min)"; the text itself if it is no time.
std::string time_words(const std::string& time, WallTime now);

}  // namespace icure::client
