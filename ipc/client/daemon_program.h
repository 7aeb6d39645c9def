// The daemon as a program, for what it does while none serves.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/client/failure.h"

namespace icure::client {

struct Captured {
  int code = -1;     ///< Its exit code; -1 if there is none.
  std::string said;  ///< On its output and its error stream, in the order in which it came.
};

/// What a program is given.
struct Launch {
  std::vector<std::string> arguments;
  std::vector<std::string> environment = {};   ///< "NAME=value", beside or in place of ours.
  std::optional<std::string_view> input = {};  ///< Some pages at most; nothing: it has our input.
  bool errors = true;                          ///< Whether its error stream is captured too.
};

/// Runs the program of that path, or of that name in PATH. It gets no shell. For what ends by
/// itself and says little.
Captured capture(std::string program, const Launch& launch);

/// icure-syncd, for capture(): the one beside this program, else the one in PATH.
std::string installed_daemon();

std::vector<std::string> lines_of(const std::string& said);

/// There was no exit code: the program is missing, or was killed.
Failure no_daemon_program();

/// Why the daemon's program did not do what a person wanted; the last line says what to do.
Failure refusal_of(const Captured& run);

}  // namespace icure::client
