// An item of the outbox as the socket shows it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "ipc/access.h"
#include "store/outbox.h"

namespace icure::api {

/// Without its content, which is the caller's who wrote it.
nlohmann::ordered_json to_json(const store::Item& item, const std::vector<store::Step>& steps);

nlohmann::ordered_json to_json(const std::vector<store::Step>& steps);

/// Of an item with its content: both versions of the members that an edit of it and somebody else's
/// change tell differently, as far as these rules show them; null if there are none.
nlohmann::ordered_json conflict_of(const ipc::Grant& grant, const store::Item& item);

}  // namespace icure::api
