// The filters of `match`, `filter` and subscriptions: from a JSON description to ids.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/documents.h"
#include "tests/sandbox/routes.h"

namespace icure::sandbox {

/// Empty when the filter is unknown for that kind or lacks a field: a 400.
std::optional<std::vector<std::string>> match_filter(const Documents& documents, Kind kind,
                                                     const Caller& caller,
                                                     const nlohmann::json& filter);
/// Whether one document, live or not, is among what the filter matches; empty as above.
std::optional<bool> passes_filter(const Row& row, const Caller& caller,
                                  const nlohmann::json& filter);

}  // namespace icure::sandbox
