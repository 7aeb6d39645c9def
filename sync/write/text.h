// Text as people type it. For sources of this folder alone.
#pragma once
#include <string_view>

namespace icure::sync::write {

/// Without the blanks around it.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace icure::sync::write
