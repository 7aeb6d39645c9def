#include "ipc/client/when.h"

#include <algorithm>
#include <cstdio>

namespace icure::client {

std::optional<WallTime> parse_time(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0, millis = 0, end = -1;
  std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour, &minute,
              &second, &millis, &end);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (end != static_cast<int>(text.size()) || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + Millis(millis);
}

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
  const auto at = parse_time(time);
  if (!at) return time;
  // `now` was looked at before the daemon was asked.
  if (*at < now + Millis(1000)) return span_words(std::max(now - *at, Millis(0))) + " ago";
  return "in " + span_words(*at - now);
}

std::string time_words(const std::string& time, WallTime now) {
  if (!parse_time(time)) return time;
  return time.substr(0, 10) + ' ' + time.substr(11, 8) + "Z (" + ago_words(time, now) + ')';
}

}  // namespace icure::client
