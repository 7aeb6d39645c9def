// Changes of documents, each giving a new revision. They are what other clients of the platform
// would have done.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/sandbox/documents.h"

namespace icure::sandbox {

// Each returns the new revision; empty when there is no such document, or not in the state that the
// change needs.
using Revision = std::optional<std::string>;

/// Applies a JSON merge patch. `id` and `rev` in it are passed over.
Revision change(Documents& documents, Kind kind, const std::string& id,
                const nlohmann::json& patch);
/// Adds a document, with an id if it has none and with the empty members that the platform writes.
/// Empty when the id is taken, also by a soft-deleted one. Puts the id into `doc`.
Revision create(Documents& documents, Kind kind, nlohmann::ordered_json& doc);
Revision soft_delete(Documents& documents, Kind kind, const std::string& id);
Revision undelete(Documents& documents, Kind kind, const std::string& id);
/// False when there is none.
bool purge(Documents& documents, Kind kind, const std::string& id);
/// The patient no longer names anybody of the circle.
Revision hide(Documents& documents, const std::string& patient, const Circle& circle);
/// The patient names this data owner too.
Revision share(Documents& documents, const std::string& patient, const std::string& reader);

}  // namespace icure::sandbox
