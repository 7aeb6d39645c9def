#include "store/row_list.h"

#include <algorithm>

namespace icure::store {

// Each as its distance from the one before, seven bits a byte, the lowest first; the eighth bit
// says that more follow.
std::string packed_rows(std::vector<std::int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  std::string bytes;
  std::uint64_t before = 0;
  for (const auto row : rows) {
    auto rest = static_cast<std::uint64_t>(row) - before;
    before = static_cast<std::uint64_t>(row);
    for (; rest > 0x7f; rest >>= 7) bytes += static_cast<char>(0x80 | (rest & 0x7f));
    bytes += static_cast<char>(rest);
  }
  return bytes;
}

std::vector<std::int64_t> unpacked_rows(std::string_view bytes) {
  std::vector<std::int64_t> rows;
  std::uint64_t row = 0;
  std::uint64_t distance = 0;
  unsigned shift = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (shift < 64) distance |= std::uint64_t{byte & 0x7fu} << shift;
    shift += 7;
    if (byte & 0x80) continue;
    row += distance;
    rows.push_back(static_cast<std::int64_t>(row));
    distance = 0;
    shift = 0;
  }
  return rows;
}

}  // namespace icure::store
