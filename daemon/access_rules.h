// The configured access rules with names looked up: what ipc/access.h can judge by.
#pragma once
#include <string>
#include <vector>

#include "daemon/config.h"
#include "ipc/access.h"

namespace icure {

/// Fails with one line for each user or group that this machine does not know.
Result<std::vector<ipc::AccessRule>, std::vector<std::string>> resolve_access(
    const std::vector<AccessConfig>& rules);
}  // namespace icure
