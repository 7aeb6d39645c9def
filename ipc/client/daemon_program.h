// The daemon as a program, for what it does while none serves.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/failure.h"

namespace icure::client {

struct Captured {
  int code = -1;     ///< Its exit code; -1 if there is none.
  std::string said;  ///< On its output and its error stream, in the order in which it came.
};

/// Runs the program of that path, or of that name in PATH. It gets no shell. For what ends by
/// itself and says little.
Captured capture(std::string program, const std::vector<std::string>& arguments);

/// icure-syncd: the one beside this program, else the one in PATH.
Captured capture_daemon(const std::vector<std::string>& arguments);

std::vector<std::string> lines_of(const std::string& said);

/// There was no exit code: the program is missing, or was killed.
Failure no_daemon_program();

}  // namespace icure::client
