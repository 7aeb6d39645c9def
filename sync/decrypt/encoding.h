// Text that stands for bytes, read strictly: no white space, no stray bits, nothing left over.
#pragma once
#include <string_view>

#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

// Each replaces what `bytes` held and returns false, leaving it empty, on any other text.

/// Digits in either case.
[[nodiscard]] bool decode_hex(std::string_view text, Bytes& bytes);
/// Standard or URL alphabet, with its padding or without any.
[[nodiscard]] bool decode_base64(std::string_view text, Bytes& bytes);
/// RFC 4648 without padding, either case: what people copy from paper.
[[nodiscard]] bool decode_base32(std::string_view text, Bytes& bytes);

}  // namespace icure::sync::decrypt
