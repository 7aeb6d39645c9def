// What the platform knows about the shape of each kind of document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "tests/sandbox/kind.h"

namespace icure::sandbox {

/// Whether it is a member of the kind's DTO. The platform forgets all others when it is written to.
bool is_known_member(Kind kind, std::string_view name);
/// The members that the platform writes even when they are empty.
nlohmann::ordered_json empty_members(Kind kind);

}  // namespace icure::sandbox
