#include "store/recovery_key.h"

#include <openssl/crypto.h>

#include <array>
#include <optional>

#include "store/seal.h"

namespace icure::store {
namespace {

// Crockford's base32: no I, L, O and U, which people misread.
constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kBitsOfDigit = 5;
constexpr std::size_t kChance = 20;      // bytes
constexpr std::size_t kKeyDigits = 32;   // of kChance
constexpr std::size_t kCheckDigits = 4;  // one mistake in a million passes
constexpr std::size_t kGroup = 4;
constexpr std::string_view kUse = "icure-syncd recovery key 1";
constexpr std::string_view kCheckUse = "icure-syncd recovery key check 1";

using Digits = std::array<unsigned char, kKeyDigits + kCheckDigits>;

/// The first `count` digits of `bytes`, from the highest bit on.
void digits_of(const Secret& bytes, unsigned char* out, std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) {
    unsigned digit = 0;
    for (std::size_t bit = at * kBitsOfDigit; bit < (at + 1) * kBitsOfDigit; ++bit) {
      digit = digit << 1U | (bytes.bytes()[bit / 8] >> (7 - bit % 8) & 1U);
    }
    out[at] = static_cast<unsigned char>(digit);
  }
}

Secret bytes_of(const Digits& digits) {
  auto bytes = Secret::zeroed(kChance);
  for (std::size_t bit = 0; bit < kChance * 8; ++bit) {
    const unsigned digit = digits[bit / kBitsOfDigit];
    const unsigned value = digit >> (kBitsOfDigit - 1 - bit % kBitsOfDigit) & 1U;
    bytes.data()[bit / 8] |= static_cast<unsigned char>(value << (7 - bit % 8));
  }
  return bytes;
}

void check_digits_of(const Secret& chance, unsigned char* out) {
  digits_of(derive(chance, kCheckUse), out, kCheckDigits);
}

std::optional<unsigned char> digit_of(char typed) {
  if (typed >= 'a' && typed <= 'z') typed = static_cast<char>(typed - 'a' + 'A');
  if (typed == 'O') typed = '0';
  if (typed == 'I' || typed == 'L') typed = '1';
  const auto at = kDigits.find(typed);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned char>(at);
}

Secret text_of(const Digits& digits) {
  constexpr auto kGroups = (kKeyDigits + kCheckDigits) / kGroup;
  auto text = Secret::zeroed(digits.size() + kGroups - 1);
  auto* out = text.data();
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && at % kGroup == 0) *out++ = '-';
    *out++ = static_cast<unsigned char>(kDigits[digits[at]]);
  }
  return text;
}

Error mistyped(const char* what) {
  return {Code::wrong_key, std::string("this is no recovery key: ") + what,
          "it is nine groups of four letters and digits, as it was shown when it was made"};
}

}  // namespace

RecoveryKey make_recovery_key(Random& random) {
  auto chance = Secret::zeroed(kChance);
  random.fill({chance.data(), chance.size()});
  Digits digits{};
  digits_of(chance, digits.data(), kKeyDigits);
  check_digits_of(chance, digits.data() + kKeyDigits);
  RecoveryKey made{text_of(digits), derive(chance, kUse)};
  OPENSSL_cleanse(digits.data(), digits.size());
  return made;
}

Result<Secret> parse_recovery_key(std::string_view typed) {
  Digits digits{};
  std::size_t count = 0;
  for (const char each : typed) {
    if (each == ' ' || each == '-' || each == '\t' || each == '\r' || each == '\n') continue;
    const auto digit = digit_of(each);
    if (!digit) return mistyped("it has other characters");
    if (count == digits.size()) return mistyped("it is too long");
    digits[count++] = *digit;
  }
  if (count < digits.size()) return mistyped("it is too short");
  const auto chance = bytes_of(digits);
  std::array<unsigned char, kCheckDigits> check{};
  check_digits_of(chance, check.data());
  const bool right = std::equal(check.begin(), check.end(), digits.begin() + kKeyDigits);
  OPENSSL_cleanse(digits.data(), digits.size());
  if (!right) return mistyped("a letter or digit is wrong");
  return derive(chance, kUse);
}

}  // namespace icure::store
