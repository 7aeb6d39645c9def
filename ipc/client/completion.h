// Scripts that complete icurectl's words in a shell, made from its table of verbs.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

/// `shell`: bash, zsh or fish; any other: empty. The script asks nobody: it knows nouns, verbs,
/// options and the values that are one of a few, and leaves files to the shell.
std::string completion_script(const std::string& shell, const std::vector<Verb>& verbs);

}  // namespace icure::client
