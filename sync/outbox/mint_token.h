// A token made now for a user, such as a device's, and shown once: it is kept nowhere.
#pragma once
#include <string>

#include "daemon/base/random.h"
#include "sync/user_calls.h"

namespace icure::sync {

/// The value of a new token under this label; one that the label had before ends. Fails with
/// not_found (the platform knows no such user), forbidden (our user may not), blocked (our kind of
/// login is too weak), offline, or unavailable with retry_after. Loop thread only; what it refers
/// to outlives the task.
Task<Result<Secret>> mint_token(UserCalls& users, Random& random, std::string user,
                                std::string label, std::chrono::seconds validity,
                                std::stop_token stop);

}  // namespace icure::sync
