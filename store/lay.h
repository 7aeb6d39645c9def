// What an entity will be once all that is queued about it is done. Pure. Internal.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "store/mirror.h"
#include "store/overlay_tables.h"

namespace icure::store {

/// Lays `layers` in their order over the mirror's row, if it has one; nothing if there is no such
/// entity then. A layer that was carried out already changes nothing. Fails with corrupt.
Result<std::optional<Row>> lay(std::string_view id, std::optional<Row> row,
                               const std::vector<Layer>& layers);

}  // namespace icure::store
