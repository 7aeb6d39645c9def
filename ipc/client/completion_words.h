// What can be typed where, out of the table of verbs: what a completion script is written from.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

struct Candidate {
  std::string word;
  std::string about;
};

/// What may follow one command, such as "user list"; "" is icurectl itself.
struct CommandWords {
  std::vector<Candidate> next;   ///< The nouns, or the verbs of a noun.
  std::vector<Arg> options;      ///< Its own; those that all commands have come in addition.
  std::vector<Arg> positionals;  ///< In their order.
};

struct CompletionWords {
  std::map<std::string, CommandWords> commands;
  std::vector<std::string> nouns;       ///< Those that have verbs.
  std::set<std::string> taking_values;  ///< Options of any command that a value follows.
};

CompletionWords completion_words(const std::vector<Verb>& verbs);

}  // namespace icure::client
