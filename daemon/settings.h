// The table of settings: name, default and target of every key that is one value.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/config.h"

namespace icure {

/// A value as TOML or the environment gives it.
using RawValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct Setting {
  std::string_view section;
  std::string_view key;
  RawValue fallback;
  /// Stores the value. Fails with invalid and words that do not name the key.
  std::function<Result<Done>(Config&, const RawValue&)> store;

  std::string name() const { return std::string(section) + "." + std::string(key); }
};

/// Every setting, in the order of config.example.toml.
std::span<const Setting> settings();
const Setting* find_setting(std::string_view section, std::string_view key);

/// Text of the environment or the command line, read as the setting's type. Fails with invalid,
/// also where it is not UTF-8.
Result<RawValue> from_text(const Setting& setting, const std::string& text);

/// As TOML would have it.
std::string to_text(const RawValue& value);
/// For people: the password in the proxy's URL is not shown.
std::string shown_text(const Setting& setting, const RawValue& value);

}  // namespace icure
