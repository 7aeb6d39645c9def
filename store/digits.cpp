#include "store/digits.h"

#include <algorithm>

namespace icure::store {
namespace {

bool is_international(std::string_view text) {
  const auto first = text.find_first_not_of(" (");
  return first != text.npos && (text[first] == '+' || text.substr(first).starts_with("00"));
}

/// E.164 country codes are prefix-free: 1 and 7 stand alone, these begin one of two digits, all
/// others have three.
std::size_t country_code_size(std::string_view digits) {
  constexpr std::string_view kOfTwo =
      "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 "
      "64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";
  if (digits.starts_with('1') || digits.starts_with('7')) return 1;
  const std::string two = std::string(digits.substr(0, 2)) + " ";
  return kOfTwo.find(two) != kOfTwo.npos ? 2 : 3;
}

std::string without_trunk(std::string_view digits) {
  if (digits.starts_with('0')) digits.remove_prefix(1);
  return std::string(digits);
}

}  // namespace

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

std::string phone_digits(std::string_view text) {
  const auto trunk = is_international(text) ? text.find("(0)") : text.npos;
  auto digits = trunk == text.npos
                    ? digits_of(text)
                    : digits_of(text.substr(0, trunk)) + digits_of(text.substr(trunk + 3));
  if (digits.starts_with("00")) digits.erase(0, 2);
  return digits;
}

std::string national_digits(std::string_view text) {
  const auto digits = phone_digits(text);
  if (!is_international(text)) return digits.starts_with('0') ? digits.substr(1) : "";
  return without_trunk(
      std::string_view(digits).substr(std::min(country_code_size(digits), digits.size())));
}

}  // namespace icure::store
