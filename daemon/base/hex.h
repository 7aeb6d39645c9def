// Bytes as lower-case hex digits, and back.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace icure {

std::string to_hex(std::span<const unsigned char> bytes);

/// Nothing if `text` is not an even number of hex digits (either case).
std::optional<std::vector<unsigned char>> from_hex(std::string_view text);

}  // namespace icure
