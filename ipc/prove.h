// Proof that a value is JSON through and through: simdjson on demand looks only where it is asked.
#pragma once
#include <string_view>

#include "ipc/simd.h"

namespace icure::ipc {

namespace od = simdjson::ondemand;

/// Deeper values are refused: no document of the platform comes near.
inline constexpr int kMaxDepth = 64;

/// Reads the whole of `value`, the one `document` stands at, and says what its text is.
simdjson::error_code prove(od::document& document, od::value value, std::string_view& raw);

}  // namespace icure::ipc
