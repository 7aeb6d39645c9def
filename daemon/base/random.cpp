#include "daemon/base/random.h"

#include <openssl/rand.h>

#include <array>
#include <cstdlib>

#include "daemon/base/hex.h"

namespace icure {

std::string uuid4(Random& random) {
  std::array<unsigned char, 16> bytes;
  random.fill(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  auto text = to_hex(bytes);
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
  return text;
}

void SystemRandom::fill(std::span<unsigned char> bytes) {
  // Without chance there are no keys and no ids: nothing sensible can go on.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

std::uint64_t SystemRandom::below(std::uint64_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;  // above it the remainder is biased
  for (;;) {
    std::array<unsigned char, 8> bytes;
    fill(bytes);
    std::uint64_t value = 0;
    for (const auto byte : bytes) value = value << 8 | byte;
    if (value < limit) return value % bound;
  }
}

}  // namespace icure
