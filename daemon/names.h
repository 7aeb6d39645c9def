// Users and groups of this machine, by name or number.
#pragma once
#include <sys/types.h>

#include <string>

#include "daemon/base/result.h"

namespace icure {

/// Fail with invalid, in words that name what is not known here.
Result<uid_t> user_id(const std::string& name);
Result<gid_t> group_id(const std::string& name);

}  // namespace icure
