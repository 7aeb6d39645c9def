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

Exit look(Runner& runner, const Verb& verb) {
  const auto answer = runner.ask(verb.method, Json::object());
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return exit_of_status(Json::parse(*answer));
}

// Until it is interrupted; a daemon that goes down and comes back is part of what is watched.
Exit run_status(Runner& runner, const Verb& verb, const Values& values) {
  if (!values.contains("--watch")) return look(runner, verb);
  for (;;) {
    auto& screen = runner.screen();
    screen.now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    if (screen.terminal && !screen.json) screen.out << "\x1b[H\x1b[2J";
    look(runner, verb);
    screen.out << std::flush;
    if (!screen.out) return Exit::failed;  // nobody reads any more
    std::this_thread::sleep_for(kBetweenLooks);
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
