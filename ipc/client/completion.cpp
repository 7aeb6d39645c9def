#include "ipc/client/completion.h"

#include "ipc/client/completion_words.h"

namespace icure::client {
namespace {

// bash and zsh share all but how they hand out words; fish is told of each word by itself.
constexpr auto kBashHead = R"(# bash completion for icurectl, made by "icurectl completion bash"
_icurectl() {
  local i command='' plain=0 word offered='' files='' switches=''
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  if [[ $current == = ]]; then
    current=''
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
)";

constexpr auto kBashTail = R"(  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$switches" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
  fi
}
complete -F _icurectl icurectl
)";

constexpr auto kZshHead = R"(#compdef icurectl
# zsh completion for icurectl, made by "icurectl completion zsh"
_icurectl() {
  local i command='' plain=0 word files=''
  local -a offered switches
  local current=${words[CURRENT]} before=${words[CURRENT-1]}
  if [[ $current == --*=* ]]; then
    before=${current%%=*}
    compset -P '*='
  fi
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
)";

constexpr auto kZshTail = R"(  if [[ -n $files ]]; then
    _files
  elif [[ $current == -* && $current != *=* ]]; then
    _describe -o option switches
  else
    _describe word offered
  fi
}
if [[ $funcstack[1] == _icurectl ]]; then
  _icurectl "$@"
else
  compdef _icurectl icurectl
fi
)";

constexpr auto kFishFunctions = R"(
  end
  test (count $plain) -eq 0; or printf '%s\n' $plain
end
function __icurectl_at --description 'the words so far begin so, and so many more follow'
  set -l now (__icurectl_words)
  set -l begun (string split -n ' ' -- "$argv[1]")
  set -l count (count $begun)
  test (count $now) -ge $count; or return 1
  test $count -eq 0; or test "$now[1..$count]" = "$begun"; or return 1
  test -z "$argv[2]"; or test (count $now) -eq (math $count + $argv[2])
end
complete -c icurectl -f
)";

enum class Dialect { bash, zsh };

// All three shells read '\'' alike.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char each : text) out += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return out + "'";
}

std::vector<Candidate> candidates_of(const std::vector<std::string>& values) {
  std::vector<Candidate> all;
  all.reserve(values.size());
  for (const auto& value : values) all.push_back({value, {}});
  return all;
}

std::vector<Candidate> options_of(const std::vector<Arg>& args) {
  std::vector<Candidate> all;
  all.reserve(args.size());
  for (const auto& arg : args) all.push_back({arg.spelling, arg.about});
  return all;
}

/// An assignment of words to a variable that holds some already.
std::string offer(Dialect dialect, const std::string& to, const std::vector<Candidate>& all) {
  std::string words;
  for (const auto& each : all) {
    words += ' ';
    if (dialect == Dialect::bash) {
      words += each.word;
    } else {
      words += in_quotes(each.about.empty() ? each.word : each.word + ':' + each.about);
    }
  }
  return to + "+=" + (dialect == Dialect::bash ? in_quotes(words) : "(" + words + " )");
}

std::string offer_values(Dialect dialect, const Arg& arg) {
  if (arg.type == Arg::Type::path) return "files=yes";
  return arg.allowed.empty() ? "" : offer(dialect, "offered", candidates_of(arg.allowed));
}

std::string alternatives(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : "|") + word;
  return text;
}

std::string nouns_of(const CompletionWords& words) {
  std::string text = " ";
  for (const auto& noun : words.nouns) text += noun + ' ';
  return in_quotes(text);
}

/// The loop's body: words -> `command` and `plain`, how many words stand behind it.
std::string read_words(const CompletionWords& words, Dialect dialect) {
  const std::string equals =
      dialect == Dialect::bash ? " [[ ${COMP_WORDS[i]} == = ]] && ((i += 1));" : "";
  return "    case $word in\n      " + alternatives(words.taking_values) + ") ((i += 1));" +
         equals +
         " ;;\n"
         "      -*) ;;\n"
         "      *) if [[ -z $command ]]; then\n"
         "           command=$word\n"
         "         elif ((plain == 0)) && [[ " +
         nouns_of(words) +
         " == *\" $command \"* ]]; then\n"
         "           command=\"$command $word\"\n"
         "         else\n"
         "           ((plain += 1))\n"
         "         fi ;;\n"
         "    esac\n"
         "  done\n";
}

/// The values of the option before the cursor; no other word fits there.
std::string option_values(const CompletionWords& words, Dialect dialect) {
  std::string values = "  case \"$command:$before\" in\n";
  for (const auto& [name, command] : words.commands) {
    for (const auto& arg : command.options) {
      if (arg.type == Arg::Type::flag) continue;
      // What all commands take stands behind any of them.
      const auto at = (name.empty() ? "*" : in_quotes(name)) + ":" + arg.spelling;
      values += "    " + at + ") " + offer_values(dialect, arg) + " ;;\n";
    }
  }
  return values;
}

std::string command_words(const CompletionWords& words, Dialect dialect) {
  std::string text = "    *) " +
                     offer(dialect, "switches", options_of(words.commands.at("").options)) + "\n" +
                     "       " + offer(dialect, "switches", {{"--help", "shows help"}}) +
                     "\n       case \"$command:$plain\" in\n";
  for (const auto& [name, command] : words.commands) {
    if (!command.next.empty()) {
      text += "         " + in_quotes(name + ":0") + ") " +
              offer(dialect, "offered", command.next) + " ;;\n";
    }
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const auto values = offer_values(dialect, command.positionals[i]);
      if (values.empty()) continue;
      const auto place = in_quotes(name + ':' + std::to_string(i));
      text.append("         ").append(place).append(") ").append(values).append(" ;;\n");
    }
  }
  text += "       esac\n       case $command in\n";
  for (const auto& [name, command] : words.commands) {
    if (name.empty() || command.options.empty()) continue;
    text += "         " + in_quotes(name) + ") " +
            offer(dialect, "switches", options_of(command.options)) + " ;;\n";
  }
  return text + "       esac ;;\n  esac\n";
}

std::string function_of(const CompletionWords& words, Dialect dialect) {
  const bool bash = dialect == Dialect::bash;
  return (bash ? kBashHead : kZshHead) + read_words(words, dialect) +
         option_values(words, dialect) + command_words(words, dialect) +
         (bash ? kBashTail : kZshTail);
}

std::string fish_words(const std::set<std::string>& taking_values) {
  std::string text =
      "# fish completion for icurectl, made by \"icurectl completion fish\"\n"
      "function __icurectl_words --description 'the words so far that are no options'\n"
      "  set -l plain\n"
      "  set -l skip no\n"
      "  for word in (commandline -opc)[2..]\n"
      "    if test $skip = yes\n"
      "      set skip no\n"
      "      continue\n"
      "    end\n"
      "    switch $word\n"
      "      case";
  for (const auto& option : taking_values) text += ' ' + option;
  return text +
         "\n        set skip yes\n"
         "      case '-*'\n"
         "      case '*'\n"
         "        set -a plain $word\n"
         "    end" +
         kFishFunctions;
}

/// `more`: exactly so many words stand behind the command; empty: any number.
std::string fish_rule(const std::string& command, const std::string& more) {
  const auto condition = "__icurectl_at \"" + command + "\" " + more;
  return "complete -c icurectl -n " + in_quotes(condition);
}

std::string fish_values(const Arg& arg) {
  if (arg.type == Arg::Type::flag) return "";
  if (arg.type == Arg::Type::path) return " -r -F";
  std::string values;
  for (const auto& value : arg.allowed) values += (values.empty() ? "" : " ") + value;
  return values.empty() ? " -x" : " -x -a " + in_quotes(values);
}

std::string fish(const CompletionWords& words) {
  auto text = fish_words(words.taking_values) + "complete -c icurectl -l help -d 'shows help'\n";
  for (const auto& [name, command] : words.commands) {
    for (const auto& next : command.next) {
      text += fish_rule(name, "0") + " -a " + next.word + " -d " + in_quotes(next.about) + '\n';
    }
    for (const auto& arg : command.options) {
      text += (name.empty() ? "complete -c icurectl" : fish_rule(name, "")) + " -l " +
              arg.spelling.substr(2) + fish_values(arg) + " -d " + in_quotes(arg.about) + '\n';
    }
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const auto& arg = command.positionals[i];
      const bool path = arg.type == Arg::Type::path;
      if (!path && arg.allowed.empty()) continue;
      text += fish_rule(name, std::to_string(i)) + (path ? " -F" : fish_values(arg)) + '\n';
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<Verb>& verbs) {
  const auto words = completion_words(verbs);
  if (shell == "bash") return function_of(words, Dialect::bash);
  if (shell == "zsh") return function_of(words, Dialect::zsh);
  return shell == "fish" ? fish(words) : std::string();
}

}  // namespace icure::client
