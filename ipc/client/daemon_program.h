// The daemon as a program, for what it does while none serves.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/failure.h"

namespace icure::client {

/// Runs icure-syncd with these arguments: the one beside this program, else the one in PATH. What
/// it says goes where ours does; it gets no shell. Returns its exit code; -1 if there is none.
int run_daemon(const std::vector<std::string>& arguments);

}  // namespace icure::client
