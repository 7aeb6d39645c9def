// Words on the command line -> one verb and its arguments.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

struct CommandLine {
  std::string socket;
  bool json = false;
  std::optional<double> timeout_s;  ///< Absent: the verb's own.
  const Verb* verb = nullptr;
  Values values;
};

struct Parsed {
  std::optional<CommandLine> line;
  std::string shown;               ///< Help or version, asked for and no error.
  std::optional<Failure> failure;  ///< A mistake, with what was probably meant.
};

/// `words` without the program's name. The result points into `verbs`.
Parsed parse_command_line(const std::vector<std::string>& words, const std::vector<Verb>& verbs);

}  // namespace icure::client
