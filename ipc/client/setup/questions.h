// Asks a person what setup has to know, or takes what the flags say.
#pragma once
#include <iosfwd>
#include <string>

#include "ipc/client/setup/answers.h"
#include "ipc/client/verb.h"

namespace icure::client {

/// One line of `in`; `fallback` if it is empty. `question` and `fallback` are shown on `err`.
std::string ask_line(std::istream& in, std::ostream& err, const std::string& question,
                     const std::string& fallback);

/// What flags say, over what is known already.
void take_flags(const Values& values, Answers& answers);

/// Asks for what the flags left open, each with what is known as the answer of an empty line.
void ask_person(std::istream& in, std::ostream& err, const Values& values, Answers& answers);

/// What is missing or cannot be, as one line; empty: nothing.
std::string fault_of(const Answers& answers);

}  // namespace icure::client
