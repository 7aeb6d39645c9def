#include "ipc/client/text.h"

#include <fmt/core.h>
#include <locale.h>
#include <wchar.h>

namespace icure::client {
namespace {

// The C library knows UTF-8 and the widths, but only under a locale that does; this one is built
// in. The thread's own locale is put back.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(utf8())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { uselocale(before_); }

 private:
  static locale_t utf8() {
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t before_;
};

struct Character {
  wchar_t value;
  std::string_view bytes;
  bool valid;
};

// Requires a Utf8Locale and text that is not empty.
Character first_of(std::string_view text) {
  wchar_t value = 0;
  mbstate_t state{};
  const auto size = mbrtowc(&value, text.data(), text.size(), &state);
  if (size > text.size()) return {0, text.substr(0, 1), false};  // broken or cut off
  return {value, text.substr(0, size == 0 ? 1 : size), true};
}

template <class Each>
void for_each_character(std::string_view text, Each each) {
  const Utf8Locale locale;
  while (!text.empty()) {
    const auto character = first_of(text);
    if (!each(character)) return;
    text.remove_prefix(character.bytes.size());
  }
}

bool acts(wchar_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) ||  // C0, DEL, C1
         c == 0x2028 || c == 0x2029 ||           // line and paragraph separators
         c == 0x200e || c == 0x200f || c == 0x061c || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);  // reading direction
}

std::size_t width_of(const Character& character) {
  const int width = wcwidth(character.value);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for_each_character(text, [&out](const Character& character) {
    if (!character.valid) {
      out += "\xef\xbf\xbd";
    } else if (acts(character.value)) {
      out += character.value == '\n' || character.value == '\t' ? ' ' : '?';
    } else {
      out += character.bytes;
    }
    return true;
  });
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  for_each_character(json, [&out](const Character& character) {
    // Below 0x20 only white space between tokens can stand in JSON.
    if (!character.valid || character.value < 0x20 || !acts(character.value)) {
      out += character.bytes;
      return true;
    }
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(character.value));
    return true;
  });
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_character(text, [&width](const Character& character) {
    width += width_of(character);
    return true;
  });
  return width;
}

std::string cut(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  if (width == 0) return {};
  std::string out;
  std::size_t used = 1;  // of the ellipsis
  for_each_character(text, [&](const Character& character) {
    used += width_of(character);
    if (used > width) return false;
    out += character.bytes;
    return true;
  });
  return out + "…";
}

std::string padded(std::string text, std::size_t width) {
  const auto used = display_width(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

}  // namespace icure::client
