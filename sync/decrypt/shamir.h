// Shamir's secret sharing as the platform's SDK does it: byte by byte over GF(2^8), polynomial
// 0x11d. Used inside this folder.
#pragma once
#include <optional>
#include <span>

#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

struct Share {
  unsigned char index = 0;  ///< From 1.
  Bytes data;
};

/// Reads the platform's form of a share: 0xf8, index, data. Nothing for any other bytes.
std::optional<Share> read_share(View bytes);

/// Puts a secret together. The threshold is not stored: too few shares give other bytes, or
/// nothing; the caller checks what it gets. Nothing also if the shares differ in length or two have
/// one index.
std::optional<Bytes> combine(std::span<const Share> shares);

}  // namespace icure::sync::decrypt
