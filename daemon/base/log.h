// Log lines: ids and counts, never names, contacts, payloads or secrets.
#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"

namespace icure::log {

enum class Level { debug, info, warning, error };
enum class Format {
  text,
  json,
  journal
};  ///< journal: text with the priority prefix of sd-daemon.

/// Sets what is written, and how, from now on. Any thread.
void configure(Level level, Format format);

/// Json or journal as `name` says; "auto" is journal under systemd, else text.
Result<Format> format_named(std::string_view name);
Result<Level> level_named(std::string_view name);

bool enabled(Level level);
Format format();
int journal_priority(Level level);

/// What stands beside the text of a line where the format has room for it.
struct Field {
  std::string_view name;
  std::string value;
};

/// One line to stderr. Any thread.
void write(Level level, std::string_view line, const std::vector<Field>& fields = {});

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::warning)) {
    write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
  }
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::error, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace icure::log
