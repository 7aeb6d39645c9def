#include "sync/decrypt/shamir.h"

#include <algorithm>

namespace icure::sync::decrypt {
namespace {

// No tables: a look-up by secret would show in the cache which one it was.
unsigned char multiply(unsigned char one, unsigned char two) {
  unsigned product = 0;
  unsigned factor = one;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= factor & (0U - (two >> bit & 1U));
    factor = (factor << 1) ^ (0x11dU & (0U - (factor >> 7)));
  }
  return static_cast<unsigned char>(product);
}

unsigned char invert(unsigned char value) {
  unsigned char power = value;  // value^254 is its inverse
  for (int step = 0; step < 6; ++step) power = multiply(multiply(power, power), value);
  return multiply(power, power);
}

/// What a share counts for in the polynomial's value at 0.
unsigned char weight(std::span<const Share> shares, std::size_t at) {
  unsigned char product = 1;
  for (std::size_t other = 0; other < shares.size(); ++other) {
    if (other == at) continue;
    const auto difference = static_cast<unsigned char>(shares[other].index ^ shares[at].index);
    product = multiply(product, multiply(shares[other].index, invert(difference)));
  }
  return product;
}

}  // namespace

std::optional<Share> read_share(View bytes) {
  // 'f' for the SDK's use of whole bytes, '8' for the 8 bits of the field.
  if (bytes.size() < 3 || bytes[0] != 0xf8 || bytes[1] == 0) return std::nullopt;
  return Share{bytes[1], Bytes(bytes.begin() + 2, bytes.end())};
}

std::optional<Bytes> combine(std::span<const Share> shares) {
  if (shares.empty()) return std::nullopt;
  Bytes padded(shares[0].data.size(), 0);  // the 0 counts: see WipingAllocator
  for (std::size_t at = 0; at < shares.size(); ++at) {
    const auto& share = shares[at];
    const bool twice = std::any_of(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(at),
                                   [&](const auto& other) { return other.index == share.index; });
    if (twice || share.data.size() != padded.size()) return std::nullopt;
    const auto factor = weight(shares, at);
    for (std::size_t byte = 0; byte < padded.size(); ++byte) {
      padded[byte] = static_cast<unsigned char>(padded[byte] ^ multiply(share.data[byte], factor));
    }
  }
  // Zeros, a one bit, the secret: whole bytes, so the bit is the last of its byte.
  const auto mark = std::find_if(padded.begin(), padded.end(), [](auto byte) { return byte != 0; });
  if (mark == padded.end() || *mark != 1) return std::nullopt;
  return Bytes(mark + 1, padded.end());
}

}  // namespace icure::sync::decrypt
