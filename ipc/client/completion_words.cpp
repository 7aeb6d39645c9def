#include "ipc/client/completion_words.h"

#include <algorithm>

#include "ipc/client/args.h"

namespace icure::client {
namespace {

void add_args(CompletionWords& words, CommandWords& command, const std::vector<Arg>& args) {
  for (const auto& arg : args) {
    const bool option = arg.spelling.starts_with('-');
    (option ? command.options : command.positionals).push_back(arg);
    if (option && arg.type != Arg::Type::flag) words.taking_values.insert(arg.spelling);
  }
}

}  // namespace

CompletionWords completion_words(const std::vector<Verb>& verbs) {
  CompletionWords words;
  auto& top = words.commands[""];
  add_args(words, top, global_args());
  for (const auto& verb : verbs) {
    if (verb.verb.empty()) {
      top.next.push_back({verb.noun, verb.about});
      add_args(words, words.commands[verb.noun], verb.args);
      continue;
    }
    auto& noun = words.commands[verb.noun];
    if (noun.next.empty()) {
      words.nouns.push_back(verb.noun);
      top.next.push_back({verb.noun, {}});
    }
    noun.next.push_back({verb.verb, verb.about});
    add_args(words, words.commands[verb.noun + ' ' + verb.verb], verb.args);
  }
  for (auto& noun : top.next) {
    if (!noun.about.empty()) continue;
    for (const auto& verb : words.commands[noun.word].next) {
      noun.about += (noun.about.empty() ? "" : ", ") + verb.word;
    }
  }
  return words;
}

}  // namespace icure::client
