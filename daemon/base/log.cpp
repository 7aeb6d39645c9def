#include "daemon/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace icure::log {
namespace {

std::atomic<Format> chosen_format{Format::text};

spdlog::logger& logger() {
  static auto made = [] {
    auto line = spdlog::stderr_logger_mt("icure-syncd");
    line->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return line;
  }();
  return *made;
}

spdlog::level::level_enum as_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  std::abort();
}

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  std::abort();
}

}  // namespace

void configure(Level level, Format format) {
  chosen_format = format;
  logger().set_level(as_spdlog(level));
  // The journal stamps lines itself; a JSON line carries its time as a member.
  logger().set_pattern(format == Format::text ? "%Y-%m-%dT%H:%M:%S.%eZ %l %v" : "%v",
                       spdlog::pattern_time_type::utc);
}

Result<Format> format_named(std::string_view text) {
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  if (text == "auto") return std::getenv("JOURNAL_STREAM") ? Format::journal : Format::text;
  return Error{Code::invalid, "log format must be \"auto\", \"text\" or \"json\""};
}

Result<Level> level_named(std::string_view text) {
  for (const auto level : {Level::debug, Level::info, Level::warning, Level::error}) {
    if (text == name(level)) return level;
  }
  return Error{Code::invalid, "log level must be \"debug\", \"info\", \"warning\" or \"error\""};
}

int journal_priority(Level level) {
  switch (level) {
    case Level::debug:
      return 7;
    case Level::info:
      return 6;
    case Level::warning:
      return 4;
    case Level::error:
      return 3;
  }
  std::abort();
}

Format format() {
  return chosen_format;
}

bool enabled(Level level) {
  return logger().should_log(as_spdlog(level));
}

void write(Level level, std::string_view line, const std::vector<Field>& fields) {
  switch (chosen_format.load()) {
    case Format::text:
      return logger().log(as_spdlog(level), line);
    case Format::journal:
      return logger().log(as_spdlog(level), "<{}>{}", journal_priority(level), line);
    case Format::json: {
      const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
      nlohmann::json entry = {
          {"at_ms", now.time_since_epoch().count()}, {"level", name(level)}, {"text", line}};
      for (const auto& [field, value] : fields) entry[std::string(field)] = value;
      return logger().log(as_spdlog(level), "{}",
                          entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
  }
}

}  // namespace icure::log
