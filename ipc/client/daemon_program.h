// The daemon as a program, for what it does while none serves.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/failure.h"

namespace icure::client {

/// Runs icure-syncd with these arguments: the one beside this program, else the one in PATH. What
/// it says goes where ours does; it gets no shell. Returns its exit code; -1 if there is none.
int run_daemon(const std::vector<std::string>& arguments);

struct DaemonRun {
  int code = -1;     ///< Its exit code; -1 if there is none.
  std::string said;  ///< On its output and its error stream, in the order in which it came.
};

/// As run_daemon(), and keeps what it says. For what ends by itself and says little.
DaemonRun capture_daemon(const std::vector<std::string>& arguments);

/// There was no exit code: the program is missing, or was killed.
Failure no_daemon_program();

}  // namespace icure::client
