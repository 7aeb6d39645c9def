#include "tests/sandbox/ids.h"

#include <charconv>
#include <functional>

#include "tests/sandbox/dice.h"

namespace icure::sandbox {
namespace {

constexpr std::uint64_t kHalf = (1ULL << 30) - 1;
constexpr std::uint64_t kLow62 = (1ULL << 62) - 1;
constexpr std::uint32_t kLegacyEvery = 997;
constexpr std::uint32_t kFirstLegacy = 5;

std::uint64_t round_of(std::uint64_t key, std::uint64_t half) {
  return mix(key, half) & kHalf;
}

// A four-round Feistel network on 60 bits: scatters the index, and runs backwards too.
std::uint64_t scatter(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t left = value >> 30;
  std::uint64_t right = value & kHalf;
  for (std::uint64_t round = 0; round < 4; ++round) {
    const std::uint64_t next = left ^ round_of(seed + round, right);
    left = right;
    right = next;
  }
  return (left << 30) | right;
}

std::uint64_t gather(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t left = value >> 30;
  std::uint64_t right = value & kHalf;
  for (std::uint64_t round = 4; round-- > 0;) {
    const std::uint64_t before = right ^ round_of(seed + round, left);
    right = left;
    left = before;
  }
  return (left << 30) | right;
}

std::string legacy_id(Kind kind, std::uint32_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return "legacy:" + std::string(name_of(kind)) + "." + digits;
}

bool is_legacy(std::uint32_t index) {
  return index % kLegacyEvery == kFirstLegacy;
}

std::uint64_t number_in(std::string_view text, int base) {
  std::uint64_t value = ~0ULL;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

void append_hex(std::string& out, std::uint64_t value, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out += kDigits[(value >> static_cast<unsigned>(shift)) & 15];
}

std::string Ids::uuid(std::uint64_t high, std::uint64_t low) {
  std::string out;
  out.reserve(36);
  append_hex(out, high >> 28, 8);
  out += '-';
  append_hex(out, high >> 12, 4);
  out += "-4";
  append_hex(out, high, 3);
  out += '-';
  append_hex(out, 0x8000 | ((low >> 48) & 0x3FFF), 4);
  out += '-';
  append_hex(out, low, 12);
  return out;
}

std::string Ids::id(Kind kind, std::uint32_t index) const {
  if (is_legacy(index)) return legacy_id(kind, index);
  const std::uint64_t key = mix(seed_, slot(kind));
  const std::uint64_t high = scatter(key, index);
  return uuid(high, mix(key, high) & kLow62);
}

std::optional<std::uint32_t> Ids::index(Kind kind, std::string_view id, std::uint32_t size) const {
  std::uint64_t guess = 0;
  if (id.starts_with("legacy:")) {
    guess = number_in(id.substr(id.find('.') + 1), 10);
  } else {
    if (id.size() != 36) return std::nullopt;
    const std::uint64_t high = (number_in(id.substr(0, 8), 16) << 28) |
                               (number_in(id.substr(9, 4), 16) << 12) |
                               number_in(id.substr(15, 3), 16);
    guess = gather(mix(seed_, slot(kind)), high & ((1ULL << 60) - 1));
  }
  if (guess >= size) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(guess);
  return this->id(kind, index) == id ? std::optional(index) : std::nullopt;
}

std::string Ids::rev(Kind kind, std::uint32_t index) const {
  const std::uint64_t key = mix(seed_, slot(kind), index, 0x7265);
  std::string out = std::to_string(1 + key % 9) + "-";
  append_hex(out, mix(key), 16);
  append_hex(out, mix(key, 1), 16);
  return out;
}

std::string next_rev(std::string_view rev, std::string_view text) {
  const std::uint64_t content = std::hash<std::string_view>{}(text);
  std::uint64_t generation = 0;
  std::from_chars(rev.data(), rev.data() + rev.size(), generation);
  std::string out = std::to_string(generation + 1) + "-";
  append_hex(out, mix(content, generation), 16);
  append_hex(out, mix(content, generation, 1), 16);
  return out;
}

}  // namespace icure::sandbox
