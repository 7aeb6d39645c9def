// A braked batch as "daemon.status" and "sync.approve" show it.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "store/ledger.h"

namespace icure::api {

nlohmann::ordered_json to_json(const store::Batch& batch);

}  // namespace icure::api
