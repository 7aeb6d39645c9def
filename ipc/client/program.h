// icurectl from its words to its exit code.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "ipc/client/client.h"
#include "ipc/client/command_line.h"
#include "ipc/client/screen.h"

namespace icure::client {

/// `output` is the file behind `out`: what it can show.
Exit run_program(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                 int output);

/// Colours and width only where a terminal is; colours not under NO_COLOR.
Screen screen_of(std::ostream& out, std::ostream& err, int output, bool json);

/// How long an answer is waited for.
Millis timeout_of(const CommandLine& line);

}  // namespace icure::client
