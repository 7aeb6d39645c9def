// What a run of a test with chance is told: which seed, how many.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace icure::support {

/// The number in that variable of the environment; `otherwise` where there is none.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (!text) return otherwise;
  const std::string_view digits = text;
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}

}  // namespace icure::support
