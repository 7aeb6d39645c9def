#include "ipc/client/runner.h"

#include <array>

#include "ipc/client/args.h"
#include "ipc/client/text.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

// For answers that say what is wrong and not what helps.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kAdvice = {{
    {"not_found", "look for it with \"icurectl user search\" or \"icurectl owner search\""},
    {"not_mirrored",
     "see \"icurectl status\": the first sync may not be done, or the kind not configured"},
    {"stale", "run \"icurectl sync run --wait\", or ask with --refresh"},
    {"forbidden", "an administrator can add an [[access]] rule for you to the configuration"},
    {"offline", "see \"icurectl status\" for why the platform cannot be reached"},
    {"login_failed", "check name and password; too many wrong guesses lock the user"},
    {"login_locked", "wait; it says how long"},
    {"login_needed", "log in again: icurectl login NAME"},
    {"otp_needed", "give the one-time code as a second line of the input"},
    {"unavailable", "try again in a moment"},
    {"read_only", "free some space on the daemon's disk"},
    {"queue_full", "see \"icurectl outbox list\" for what waits, and why"},
    {"held", "an administrator can look at it with \"icurectl outbox list --state held\""},
    {"invalid",
     "\"icurectl --help\" shows the commands, rpc.discover the methods and their params"},
    {"internal", "look at the daemon's log: journalctl -u icure-syncd"},
}};

std::string advice_for(const Failure& failure) {
  if (!failure.hint.empty()) return failure.hint;
  for (const auto& [word, advice] : kAdvice) {
    if (word == failure.word) return std::string(advice);
  }
  return "see \"icurectl status\"";
}

std::string member(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

}  // namespace

Failure usage(std::string message, std::string hint) {
  Failure failure;
  failure.code = -32602;
  failure.word = "invalid";
  failure.message = std::move(message);
  failure.hint = std::move(hint);
  return failure;
}

void report(const Screen& screen, const Failure& failure) {
  auto advised = failure;
  advised.hint = advice_for(failure);
  if (screen.json) {
    screen.err << "{\"schema\":" << kJsonSchema << ",\"error\":" << printable_json(json_of(advised))
               << "}\n";
    return;
  }
  screen.err << "icurectl: " << printable(failure.message) << '\n'
             << "  " << printable(advised.hint) << '\n';
  if (failure.retry_after) {
    screen.err << "  try again in " << span_words(*failure.retry_after + Millis(999)) << '\n';
  }
}

Exit Runner::fail(const Failure& failure) {
  report(screen_, failure);
  return exit_of(failure);
}

Client::Called Runner::ask(const std::string& method, const Json& params) {
  return client_.call(method, params.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// All pages as if they were one. The daemon's cursors bound this, so nothing else needs to.
Client::Called Runner::ask_all(const std::string& method, Json params) {
  if (!params.contains("limit")) params["limit"] = 1000;
  Json whole;
  for (;;) {
    auto page = ask(method, params);
    if (!page) return page;
    auto parsed = Json::parse(*page);
    const auto next = member(parsed, "next");
    parsed.erase("next");
    if (whole.is_null()) {
      whole = std::move(parsed);
    } else {
      for (auto& row : parsed["rows"]) whole["rows"].push_back(std::move(row));
    }
    if (next.empty()) return whole.dump();
    params["cursor"] = next;
  }
}

Exit Runner::run(const Verb& verb, const Values& values) {
  if (verb.run) return verb.run(*this, verb, values);
  const auto params = params_of(verb, values);
  const auto answer =
      values.contains(kAllPages) ? ask_all(verb.method, params) : ask(verb.method, params);
  if (!answer) return fail(answer.error());
  show(verb, *answer);
  return verb.exit ? verb.exit(Json::parse(*answer)) : Exit::ok;
}

void Runner::show(const Verb& verb, const std::string& result) {
  if (screen_.json) {
    screen_.put_json(result);
    return;
  }
  auto parsed = Json::parse(result);
  if (verb.look_up) verb.look_up(*this, parsed);
  screen_.out << verb.view(parsed, screen_) << std::flush;
  note(parsed, verb.pages);
}

// How old the answer is and whether there is more: beside the data, not in it.
void Runner::note(const Json& result, bool pages) {
  const auto meta = result.find("meta");
  std::string text;
  if (meta != result.end() && meta->is_object()) {
    const auto as_of = member(*meta, "as_of");
    text += as_of.empty() ? "never checked against the platform"
                          : "as of " + time_words(as_of, screen_.now);
    if (const auto source = member(*meta, "source"); !source.empty())
      text += ", from the " + source;
    if (!meta->value("online", true)) text += ", offline";
    if (!meta->value("complete", true)) text += ", not complete yet";
    text += '\n';
  }
  const auto next = member(result, "next");
  if (pages && !next.empty()) text += "there are more: --all, or --cursor " + next + '\n';
  if (text.empty()) return;
  screen_.err << screen_.paint(Colour::dim, printable(text.substr(0, text.size() - 1))) << '\n';
}

}  // namespace icure::client
