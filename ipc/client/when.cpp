#include "ipc/client/when.h"

#include <algorithm>

namespace icure::client {

std::string span_words(Millis span) {
  const auto seconds = span.count() / 1000;
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* rest) {
    auto words = std::to_string(large) + unit;
    if (small > 0) words += ' ' + std::to_string(small) + rest;
    return words;
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (hours < 24) return two(hours, " h", minutes % 60, " min");
  return two(hours / 24, " d", hours % 24, " h");
}

std::string ago_words(const std::string& time, WallTime now) {
  const auto at = parse_rfc3339(time);
  if (!at) return time;
  // `now` was looked at before the daemon was asked.
  if (*at < now + Millis(1000)) return span_words(std::max(now - *at, Millis(0))) + " ago";
  return "in " + span_words(*at - now);
}

std::string time_words(const std::string& time, WallTime now) {
  const auto at = parse_rfc3339(time);
  if (!at) return time;
  const auto utc = rfc3339(*at);
  return utc.substr(0, 10) + ' ' + utc.substr(11, 8) + "Z (" + ago_words(time, now) + ')';
}

}  // namespace icure::client
