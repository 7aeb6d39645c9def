#include "sync/decrypt/encoding.h"

#include <array>
#include <cstdint>

namespace icure::sync::decrypt {
namespace {

using Digits = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNone = 0xff;

constexpr Digits digits_of(std::string_view alphabet, std::string_view also) {
  Digits digits{};
  for (auto& digit : digits) digit = kNone;
  for (const auto text : {alphabet, also}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      // The second alphabet names the last digits of the first in other letters.
      const auto value = alphabet.size() - text.size() + at;
      digits[static_cast<unsigned char>(text[at])] = static_cast<std::uint8_t>(value);
    }
  }
  return digits;
}

constexpr Digits kHex = digits_of("0123456789abcdef", "ABCDEF");
constexpr Digits kBase64 =
    digits_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "-_");
constexpr Digits kBase32 = [] {
  auto digits = digits_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "");
  for (std::size_t letter = 'A'; letter <= 'Z'; ++letter) digits[letter + 32] = digits[letter];
  return digits;
}();

std::uint8_t digit(const Digits& digits, char letter) {
  return digits[static_cast<unsigned char>(letter)];
}

bool refuse(Bytes& bytes) {
  bytes.clear();
  return false;
}

/// The last digits of a text whose digits hold `width` bits each, and any text of base32.
bool decode_bits(const Digits& digits, unsigned width, std::string_view text, Bytes& bytes) {
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char letter : text) {
    const auto value = digit(digits, letter);
    if (value == kNone) return refuse(bytes);
    held = held << width | value;
    bits += width;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<unsigned char>(held >> bits));
      held &= (1U << bits) - 1;
    }
  }
  // A whole digit left over, or bits that no byte holds: not what an encoder writes.
  if (bits >= width || held != 0) return refuse(bytes);
  return true;
}

}  // namespace

bool decode_hex(std::string_view text, Bytes& bytes) {
  if (text.size() % 2 != 0) return refuse(bytes);
  bytes.resize(text.size() / 2);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto high = digit(kHex, text[2 * at]);
    const auto low = digit(kHex, text[2 * at + 1]);
    if ((high | low) > 15) return refuse(bytes);
    bytes[at] = static_cast<unsigned char>(high << 4 | low);
  }
  return true;
}

bool decode_base64(std::string_view text, Bytes& bytes) {
  if (text.size() % 4 == 0) {
    if (text.ends_with("==")) {
      text.remove_suffix(2);
    } else if (text.ends_with('=')) {
      text.remove_suffix(1);
    }
  }
  const auto quads = text.size() / 4;
  bytes.reserve(quads * 3 + 2);
  bytes.resize(quads * 3);
  for (std::size_t at = 0; at < quads; ++at) {
    const char* from = text.data() + 4 * at;
    const std::uint32_t a = digit(kBase64, from[0]);
    const std::uint32_t b = digit(kBase64, from[1]);
    const std::uint32_t c = digit(kBase64, from[2]);
    const std::uint32_t d = digit(kBase64, from[3]);
    if ((a | b | c | d) > 63) return refuse(bytes);
    const auto held = a << 18 | b << 12 | c << 6 | d;
    bytes[3 * at] = static_cast<unsigned char>(held >> 16);
    bytes[3 * at + 1] = static_cast<unsigned char>(held >> 8);
    bytes[3 * at + 2] = static_cast<unsigned char>(held);
  }
  return decode_bits(kBase64, 6, text.substr(quads * 4), bytes);
}

bool decode_base32(std::string_view text, Bytes& bytes) {
  bytes.clear();
  return decode_bits(kBase32, 5, text, bytes);
}

}  // namespace icure::sync::decrypt
