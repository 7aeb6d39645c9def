// The many texts that hold one private key, brought to the two shapes that OpenSSL reads.
#pragma once
#include <array>
#include <variant>

#include "daemon/base/result.h"
#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

/// The members of a JWK in the order n, e, d, p, q, dp, dq, qi, big-endian.
using JwkNumbers = std::array<Bytes, 8>;
struct Der {
  Bytes bytes;
};

/// Fails with invalid. Neither the text nor a piece of it is left in memory that is not wiped.
Result<std::variant<Der, JwkNumbers>> read_key_text(View text);

}  // namespace icure::sync::decrypt
