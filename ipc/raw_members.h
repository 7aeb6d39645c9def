// The members of one JSON object as their raw text, the whole of it proved to be JSON.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "ipc/padded.h"

namespace icure::ipc {

struct RawMember {
  std::string_view name;
  std::string_view raw = {};  ///< Empty: absent.
  bool twice = false;
};

/// Fills those of `wanted` that stand in `object`; they point into it. Fails with invalid if it is
/// not JSON. Requires text that begins with '{'.
Result<Done> read_members(Padded object, std::span<RawMember> wanted);

bool is_string(std::string_view raw);
bool is_integer(std::string_view raw);       ///< By JSON's grammar; of any length.
std::string unquoted(std::string_view raw);  ///< Of a string that was proved.

}  // namespace icure::ipc
