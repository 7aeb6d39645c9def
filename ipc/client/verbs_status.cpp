// icurectl status [--watch]
#include <thread>

#include "ipc/client/runner.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

constexpr std::chrono::seconds kBetweenLooks{2};

// A daemon that starts up is healthy; one that serves without the platform is not.
Exit exit_of_status(const Json& status) {
  const auto state = text_of(status, "state");
  return state == "online" || state == "starting" ? Exit::ok : Exit::failed;
}

Exit tell(Runner& runner, const Verb& verb, const Client::Called& answer) {
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return exit_of_status(Json::parse(*answer));
}

// Until it is interrupted; a daemon that goes down and comes back is part of what is watched. The
// last view stays until there is a new one.
Exit run_status(Runner& runner, const Verb& verb, const Values& values) {
  auto answer = runner.ask(verb.method, Json::object());
  if (!values.contains("--watch")) return tell(runner, verb, answer);
  for (;;) {
    auto& screen = runner.screen();
    screen.now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    if (screen.terminal && !screen.json) screen.out << "\x1b[H\x1b[2J";
    tell(runner, verb, answer);
    screen.out << std::flush;
    if (!screen.out) return Exit::failed;  // nobody reads any more
    std::this_thread::sleep_for(kBetweenLooks);
    answer = runner.ask(verb.method, Json::object());
  }
}

}  // namespace

std::vector<Verb> status_verbs() {
  return {{.noun = "status",
           .verb = "",
           .about = "shows how the daemon, its mirror and its line are",
           .method = "daemon.status",
           .args = {{"--watch", "--watch", "again every 2 s, until interrupted", Arg::Type::flag}},
           .view = status_view,
           .run = run_status}};
}

}  // namespace icure::client
