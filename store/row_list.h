// Numbers of rows as bytes: a byte or two each, since they are many and close to each other.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace icure::store {

/// Of numbers that are not negative, in any order.
std::string packed_rows(std::vector<std::int64_t> rows);
/// In ascending order. Of bytes that nobody packed: some numbers.
std::vector<std::int64_t> unpacked_rows(std::string_view bytes);

}  // namespace icure::store
