#include "ipc/client/screen.h"

#include <array>

#include "ipc/client/text.h"

namespace icure::client {

std::string Screen::paint(Colour colour, std::string_view text) const {
  static constexpr std::array<const char*, 6> kCodes = {"", "1", "2", "32", "33", "31"};
  if (!colours || colour == Colour::plain) return std::string(text);
  return std::string("\x1b[") + kCodes[static_cast<std::size_t>(colour)] + "m" + std::string(text) +
         "\x1b[0m";
}

void Screen::put_json(std::string_view object) const {
  const auto members = printable_json(object.substr(1));
  out << "{\"schema\":" << kJsonSchema << (members.starts_with('}') ? "" : ",") << members << '\n';
}

}  // namespace icure::client
