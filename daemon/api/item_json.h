// An item of the outbox as the socket shows it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "store/outbox.h"

namespace icure::api {

/// Without its content, which is the caller's who wrote it.
nlohmann::ordered_json to_json(const store::Item& item, const std::vector<store::Step>& steps);

nlohmann::ordered_json to_json(const std::vector<store::Step>& steps);

}  // namespace icure::api
