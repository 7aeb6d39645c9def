// Which kinds an answer about data owners may be made of, and its rows, each with its kind.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/directory.h"
#include "daemon/api/reads.h"
#include "ipc/access.h"

namespace icure::api {

/// The one that is asked for, else all that the caller may see and that are complete. Fails with
/// forbidden or not_mirrored.
Result<std::vector<Kind>> owner_kinds(const Directory& directory, const ipc::Grant& grant,
                                      const std::optional<std::string>& type);

/// Of the kinds that are mirrored: those that the caller may see, and whether there are others.
std::vector<Kind> visible_owner_kinds(const Directory& directory, const ipc::Grant& grant);
bool hides_owner_kinds(const Directory& directory, const ipc::Grant& grant);

/// As {"type", "dataOwner"}, cut to what the caller may see.
std::vector<std::string> owner_rows(const ipc::Grant& grant, Found found);

}  // namespace icure::api
