// The order of the platform's views: CouchDB sorts text as ICU does, not by bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace icure::sandbox {

/// Below 0, 0 or above 0. Marks before digits before letters, case as a tie-break, small letters
/// first. Letters beyond ASCII come last and by code point, which differs from ICU, but is one
/// order all the same.
int collate(std::string_view a, std::string_view b);

/// The first 16 weights of a text. Where these differ, they sort as `collate` does.
std::pair<std::uint64_t, std::uint64_t> collation_prefix(std::string_view text);

}  // namespace icure::sandbox
