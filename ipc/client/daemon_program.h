// The daemon as a program, for what it does while none serves.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/failure.h"

namespace icure::client {

struct DaemonRun {
  int code = -1;     ///< Its exit code; -1 if there is none.
  std::string said;  ///< On its output and its error stream, in the order in which it came.
};

/// Runs icure-syncd with these arguments: the one beside this program, else the one in PATH. It
/// gets no shell. For what ends by itself and says little.
DaemonRun capture_daemon(const std::vector<std::string>& arguments);

std::vector<std::string> lines_of(const std::string& said);

/// There was no exit code: the program is missing, or was killed.
Failure no_daemon_program();

}  // namespace icure::client
