#include "ipc/client/dashboard/calls.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "ipc/client/runner.h"

namespace icure::dashboard {
namespace {

using client::Json;

constexpr std::array<std::string_view, 12> kAllowed = {
    "hello",          "daemon.status", "daemon.metrics", "sync.history",
    "outbox.list",    "outbox.hold",   "outbox.release", "outbox.retry",
    "outbox.discard", "invite.list",   "invite.cancel",  "invite.resend"};

/// Adds names to rows that have ids, as the command of the same method does.
void name_rows(client::Runner& runner, const std::string& method, Json& result) {
  for (const auto& verb : client::all_verbs()) {
    if (verb.method == method && verb.pages && verb.look_up) verb.look_up(runner, result);
  }
}

}  // namespace

bool is_allowed(std::string_view method) {
  return std::find(kAllowed.begin(), kAllowed.end(), method) != kAllowed.end();
}

Answer pass_on(const client::Options& options, const std::string& body) {
  const auto asked = Json::parse(body, nullptr, false);
  const auto method = asked.is_object() ? asked.value("method", Json()) : Json();
  const auto params = asked.is_object() ? asked.value("params", Json::object()) : Json();
  if (!method.is_string() || !params.is_object())
    return {.status = 403, .body = "This is no call."};
  const auto name = method.get<std::string>();
  if (!is_allowed(name)) return {.status = 403, .body = "The dashboard does not pass this on."};

  client::Client daemon(options);
  std::ostringstream nowhere;
  client::Screen screen{nowhere, nowhere};
  client::Runner runner(daemon, screen);
  Json answer;
  if (const auto called = runner.ask(name, params)) {
    answer["result"] = Json::parse(*called);
    name_rows(runner, name, answer["result"]);
  } else {
    const auto& failure = called.error();
    answer["error"] = Json::parse(client::json_of(failure));
    answer["maybe"] =
        failure.trouble == client::Trouble::lost || failure.trouble == client::Trouble::timed_out;
  }
  return {.type = "application/json",
          .body = answer.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace icure::dashboard
