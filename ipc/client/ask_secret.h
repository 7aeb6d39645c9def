// Asks a person, or whoever feeds the input, for a secret: never the command line, which others
// can read.
#pragma once
#include <istream>
#include <ostream>
#include <string>

namespace icure::client {

/// One line of `in`, without its end. Where that is the terminal, `prompt` is written to `err`
/// and what is typed is not shown. Empty at the end of the input.
std::string ask_secret(std::istream& in, std::ostream& err, const std::string& prompt);

/// Whether the standard input is a terminal.
bool person_at_input();

}  // namespace icure::client
