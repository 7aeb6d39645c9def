// The store's recovery key, as a person gets it from the daemon's program.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "ipc/client/runner.h"

namespace icure::client {

/// Makes one, by the store key that `environment` leads the daemon's program to. Fails with
/// "conflict" while a daemon serves.
Result<std::string, Failure> new_recovery_key(const Runner& runner, const std::string& config,
                                              const std::vector<std::string>& environment);

/// What to do with it, in words.
std::string recovery_key_view(const std::string& key, const Screen& screen);

}  // namespace icure::client
