// icurectl status [--watch]
#include <thread>

#include "ipc/client/following.h"
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

Exit run_status(Runner& runner, const Verb& verb, const Values& values) {
  if (values.contains("--watch")) return watch_status(runner, verb, kBetweenLooks);
  return tell(runner, verb, runner.ask(verb.method, Json::object()));
}

}  // namespace

// The last view stays until there is a new one.
Exit watch_status(Runner& runner, const Verb& verb, Millis between_looks) {
  for (auto& screen = runner.screen();;) {
    const auto answer = runner.ask(verb.method, Json::object());
    screen.now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    if (screen.terminal && !screen.json) screen.out << "\x1b[H\x1b[2J";
    tell(runner, verb, answer);
    screen.out << std::flush;
    if (!screen.out) return Exit::failed;
    std::this_thread::sleep_for(between_looks);
  }
}

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
