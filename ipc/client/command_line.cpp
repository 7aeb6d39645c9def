#include "ipc/client/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "ipc/client/args.h"
#include "ipc/client/client.h"
#include "ipc/client/runner.h"
#include "ipc/client/suggest.h"

namespace icure::client {
namespace {

// One verb as CLI11 sees it: where it puts what was given.
struct Bound {
  const Verb* verb = nullptr;
  CLI::App* app = nullptr;
  std::vector<CLI::Option*> options;
};

const char* type_name_of(Arg::Type type) {
  if (type == Arg::Type::json) return "JSON";
  if (type == Arg::Type::path) return "PATH";
  return type == Arg::Type::text ? "TEXT" : "NUMBER";
}

/// As CLI11 wants it: empty if there is none.
std::string json_fault(const std::string& word) {
  const bool fit = word == kFromInput || Json::parse(word, nullptr, false).is_object();
  return fit ? "" : "is not a JSON object; - reads one from the input";
}

CLI::Option* bind(CLI::App& app, const Arg& arg) {
  if (arg.type == Arg::Type::flag) return app.add_flag(arg.spelling, arg.about);
  // Its own storage is enough: what was given is read from the option afterwards.
  auto* option = app.add_option(
      arg.spelling, CLI::callback_t([](const CLI::results_t&) { return true; }), arg.about);
  option->type_name(type_name_of(arg.type));
  option->required(arg.required);
  if (!arg.allowed.empty()) option->check(CLI::IsMember(arg.allowed));
  if (arg.type == Arg::Type::number) option->check(CLI::TypeValidator<std::int64_t>("NUMBER"));
  if (arg.type == Arg::Type::json) option->check(CLI::Validator(json_fault, "", "JSON"));
  if (arg.type == Arg::Type::seconds) {
    const std::map<std::string, std::int64_t> units = {
        {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    option->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::DEFAULT, "DURATION"));
  }
  return option;
}

Bound bind(CLI::App& under, const Verb& verb, const std::string& name) {
  Bound bound{&verb, under.add_subcommand(name, verb.about), {}};
  bound.app->fallthrough();
  for (const auto& arg : verb.args) bound.options.push_back(bind(*bound.app, arg));
  return bound;
}

std::vector<std::string> nouns_of(const std::vector<Verb>& verbs) {
  std::vector<std::string> nouns;
  for (const auto& verb : verbs) {
    if (nouns.empty() || nouns.back() != verb.noun) nouns.push_back(verb.noun);
  }
  return nouns;
}

std::vector<std::string> verbs_of(const std::string& noun, const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  for (const auto& verb : verbs) {
    if (verb.noun == noun && !verb.verb.empty()) names.push_back(verb.verb);
  }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Failure unknown(const std::string& what, const std::string& word,
                const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return usage(
      "there is no " + what + " \"" + word + "\"",
      (near.empty() ? "" : "did you mean \"" + near + "\"? ") + "there is: " + joined(known));
}

// CLI11 says of a mistyped word only that it did not expect it.
std::optional<Failure> mistyped(const std::vector<std::string>& words,
                                const std::vector<Verb>& verbs) {
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--socket" || words[i] == "--timeout") {
      ++i;
    } else if (!words[i].starts_with('-')) {
      plain.push_back(words[i]);
    }
  }
  const auto nouns = nouns_of(verbs);
  if (words.empty()) return usage("no command is given", "there is: " + joined(nouns));
  if (plain.empty()) return std::nullopt;
  if (std::find(nouns.begin(), nouns.end(), plain[0]) == nouns.end()) {
    return unknown("command", plain[0], nouns);
  }
  const auto known = verbs_of(plain[0], verbs);
  if (known.empty()) return std::nullopt;
  if (plain.size() < 2) return usage(plain[0] + ": what of it?", "there is: " + joined(known));
  if (std::find(known.begin(), known.end(), plain[1]) != known.end()) return std::nullopt;
  return unknown("command " + plain[0], plain[1], known);
}

// As results() is after checks and transformations, for an option that was given.
Values values_of(const Bound& bound) {
  Values values;
  for (std::size_t i = 0; i < bound.options.size(); ++i) {
    const auto* option = bound.options[i];
    if (option->count() == 0) continue;
    values[bound.verb->args[i].param] = option->reduced_results().front();
  }
  return values;
}

std::optional<Failure> miscounted(const Verb& verb, const Values& values) {
  if (verb.one_of == 0) return std::nullopt;
  std::vector<std::string> choice;
  std::size_t given = 0;
  for (std::size_t i = 0; i < verb.one_of; ++i) {
    choice.push_back(verb.args[i].spelling);
    given += values.count(verb.args[i].param);
  }
  if (given == 1) return std::nullopt;
  return usage(
      "exactly one must be given of: " + joined(choice),
      "such as: icurectl " + verb.noun + " " + verb.verb + " " + verb.args[1].spelling + " VALUE");
}

/// What is wrong with a time to wait; empty: nothing.
std::string seconds_fault(const std::string& text) {
  double seconds = 0;
  const bool positive = CLI::detail::lexical_cast(text, seconds) && seconds > 0;
  return positive ? "" : "\"" + text + "\" is no number of seconds above 0";
}

}  // namespace

Parsed parse_command_line(const std::vector<std::string>& words, const std::vector<Verb>& verbs) {
  CommandLine line;
  double timeout_s = 0;
  CLI::App app("Asks icure-syncd, the iCure mirror of this machine.", "icurectl");
  app.set_version_flag("--version", "icurectl " ICURE_VERSION);
  const auto socket_option = socket_arg();
  app.add_option(socket_option.spelling, line.socket, socket_option.about)
      ->type_name(type_name_of(socket_option.type))
      ->envname("ICURE_SYNCD_IPC_SOCKET")  // as the daemon calls it
      ->default_val(kDefaultSocket);
  const auto json_option = json_arg();
  app.add_flag(json_option.spelling, line.json, json_option.about);
  const auto timeout_option = timeout_arg();
  auto* timeout = app.add_option(timeout_option.spelling, timeout_s, timeout_option.about)
                      ->check(CLI::Validator(seconds_fault, "SECONDS"));
  app.require_subcommand(1);

  std::vector<Bound> bound;
  std::map<std::string, CLI::App*> nouns;
  for (const auto& verb : verbs) {
    if (verb.verb.empty()) {
      bound.push_back(bind(app, verb, verb.noun));
      continue;
    }
    auto*& noun = nouns[verb.noun];
    if (!noun) {
      noun = app.add_subcommand(verb.noun, joined(verbs_of(verb.noun, verbs)));
      noun->require_subcommand(1)->fallthrough();
    }
    bound.push_back(bind(*noun, verb, verb.verb));
  }

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // it takes them from behind
  } catch (const CLI::ParseError& stopped) {
    std::ostringstream out, err;
    if (app.exit(stopped, out, err) == 0) return {std::nullopt, out.str(), std::nullopt};
    if (auto failure = mistyped(words, verbs)) return {std::nullopt, {}, failure};
    return {
        std::nullopt, {}, usage(stopped.what(), "\"icurectl --help\", or --help after a command")};
  }
  if (timeout->count() > 0) line.timeout_s = timeout_s;
  for (const auto& each : bound) {
    if (!each.app->parsed()) continue;
    line.verb = each.verb;
    line.values = values_of(each);
  }
  if (auto failure = miscounted(*line.verb, line.values)) return {std::nullopt, {}, failure};
  return {std::move(line), {}, std::nullopt};
}

}  // namespace icure::client
