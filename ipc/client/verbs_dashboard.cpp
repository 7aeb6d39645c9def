// icurectl dashboard: becomes the program that serves it.
#include <unistd.h>

#include <array>
#include <filesystem>

#include "ipc/client/runner.h"

namespace icure::client {
namespace {

constexpr auto kName = "icurectl-dashboard";
constexpr auto kPort = "--port";
constexpr auto kIdle = "--idle";
constexpr std::int64_t kHighestPort = 65'535;
constexpr std::int64_t kLongestIdle = std::int64_t{365} * 86'400;

/// Beside this program, or where packages put it.
std::string dashboard_program() {
  std::error_code unknown;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  const auto beside = here / kName;
  if (::access(beside.c_str(), X_OK) == 0) return beside;
  return here.parent_path() / "libexec" / "icure-syncd" / kName;
}

std::string value_of(const Values& values, const char* name, const char* otherwise) {
  const auto given = values.find(name);
  return given == values.end() ? otherwise : given->second;
}

// Who may not ask the daemon is told so here, as of any other command.
Exit run_dashboard(Runner& runner, const Verb&, const Values& values) {
  auto port = value_of(values, kPort, "0");
  if (std::stoll(port) < 0 || std::stoll(port) > kHighestPort) {
    return runner.fail(usage("there is no port " + port, "leave --port out: a free one is taken"));
  }
  auto idle = value_of(values, kIdle, "1800");
  if (std::stoll(idle) <= 0 || std::stoll(idle) > kLongestIdle) {
    return runner.fail(usage("--idle is between a second and a year", "such as --idle 30m"));
  }
  if (const auto status = runner.ask("daemon.status", Json::object()); !status) {
    return runner.fail(status.error());
  }
  auto program = dashboard_program();
  auto socket = runner.client().options().socket;
  std::string form = runner.screen().json ? "json" : "text";
  std::array<char*, 6> argv = {program.data(), socket.data(), port.data(),
                               idle.data(),    form.data(),   nullptr};
  ::execv(program.c_str(), argv.data());
  Failure none;
  none.message = std::string(kName) + " could not be run";
  none.hint = "it comes with icurectl: is the package installed as a whole?";
  return runner.fail(none);
}

}  // namespace

std::vector<Verb> dashboard_verbs() {
  return {
      {.noun = "dashboard",
       .verb = "",
       .about = "serves a page on this machine that shows state, syncs, outbox and invitations "
                "as they change, until interrupted; prints its link, which works once",
       .method = "",
       .args = {{kPort, kPort, "of 127.0.0.1; default: a free one", Arg::Type::number},
                {kIdle, kIdle,
                 "ends by itself when no page was looking for so long, such as 2h; default: 30m",
                 Arg::Type::seconds}},
       .run = run_dashboard}};
}

}  // namespace icure::client
