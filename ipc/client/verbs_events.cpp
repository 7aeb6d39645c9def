// icurectl events tail
#include <sstream>
#include <thread>

#include "ipc/client/following.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

constexpr std::chrono::seconds kBetweenTries{1};
constexpr int kMostTries = 30;  // a restart takes a second or two

std::string line_of(const Json& event) {
  const auto topic = text_of(event, "topic");
  if (topic == "gap") return "-- events up to " + text_of(event, "seq") + " are lost: read anew --";
  std::string line = text_of(event, "at") + "  " + text_of(event, "seq") + "  " + topic + ' ' +
                     text_of(event, "change");
  for (const auto* member : {"kind", "id", "rev"}) {
    const auto text = text_of(event, member);
    if (!text.empty() && text != topic) line += ' ' + text;
  }
  return line;
}

bool may_come_back(const Failure& failure) {
  return failure.trouble == Trouble::lost || failure.trouble == Trouble::unreachable;
}

/// Shows events until the connection is lost, or nobody reads any more.
void follow(Runner& runner, Json& params) {
  auto& screen = runner.screen();
  for (;;) {
    const auto told = runner.client().listen();
    if (!told) return;
    if (told->method != "event") continue;
    const auto event = Json::parse(told->params, nullptr, false);
    if (!event.is_object()) continue;
    if (event.contains("seq")) params["since"] = event["seq"];
    screen.out << (screen.json ? printable_json(told->params) : printable(line_of(event))) << '\n'
               << std::flush;
    if (!screen.out) return;
  }
}

Exit run_tail(Runner& runner, const Verb& verb, const Values& values) {
  return tail_events(runner, verb, values, kBetweenTries);
}

}  // namespace

Exit tail_events(Runner& runner, const Verb& verb, const Values& values, Millis between_tries) {
  Json params = Json::object();
  if (values.contains("since")) params["since"] = std::stoll(values.at("since"));
  if (values.contains("topics")) {
    std::istringstream list(values.at("topics"));
    for (std::string topic; std::getline(list, topic, ',');) params["topics"].push_back(topic);
  }
  for (int tries = 0;;) {
    const auto answer = runner.ask(verb.method, params);
    if (answer) {
      tries = 0;
      if (!params.contains("since")) params["since"] = Json::parse(*answer)["seq"];
      follow(runner, params);
      if (!runner.screen().out) return Exit::failed;
    } else if (tries == 0 || tries > kMostTries || !may_come_back(answer.error())) {
      return runner.fail(answer.error());
    }
    ++tries;
    std::this_thread::sleep_for(between_tries);
  }
}

std::vector<Verb> events_verbs() {
  return {{.noun = "events",
           .verb = "tail",
           .about = "shows what changes, as it changes, until interrupted",
           .method = "events.subscribe",
           .args = {{"--since", "since", "go on after this number; default: from now on",
                     Arg::Type::number},
                    {"--topic", "topics",
                     "user, owner, invite, outbox, sync or daemon; several with commas"}},
           .run = run_tail}};
}

}  // namespace icure::client
