// Ids and first revisions of the invented documents. An id can be read back, so no table of a
// million ids is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/kind.h"

namespace icure::sandbox {

/// `digits` (at most 16) hexadecimal digits, the low ones of `value`, appended.
void append_hex(std::string& out, std::uint64_t value, int digits);

class Ids {
 public:
  explicit Ids(std::uint64_t seed) : seed_(seed) {}

  /// Looks like a UUIDv4, but for a few documents that came from an older system.
  std::string id(Kind kind, std::uint32_t index) const;
  /// The index behind an id; empty when no document of that kind below `size` has it.
  std::optional<std::uint32_t> index(Kind kind, std::string_view id, std::uint32_t size) const;
  /// The revision that a document starts with.
  std::string rev(Kind kind, std::uint32_t index) const;
  /// A UUIDv4 look-alike that stands for anything else (tokens, delegations, the group).
  static std::string uuid(std::uint64_t high, std::uint64_t low);

 private:
  std::uint64_t seed_;
};

/// The revision after `rev` for this content: generation one up, digits from the content.
std::string next_rev(std::string_view rev, std::string_view text);

}  // namespace icure::sandbox
