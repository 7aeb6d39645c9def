// icurectl sync run
#include <algorithm>
#include <array>

#include "ipc/client/views.h"

namespace icure::client {
namespace {

Exit exit_of_run(const Json& result) {
  static constexpr std::array<std::string_view, 5> kOffline = {"no_route", "dns", "connect",
                                                               "timeout", "proxy"};
  const auto& run = child_of(result, "run");
  const auto state = text_of(run, "state");
  if (state != "failed" && state != "cut_off") return Exit::ok;
  const auto cause = text_of(run, "cause");
  const bool offline = std::find(kOffline.begin(), kOffline.end(), cause) != kOffline.end();
  return offline ? Exit::offline : Exit::failed;
}

}  // namespace

std::vector<Verb> sync_verbs() {
  return {{.noun = "sync",
           .verb = "run",
           .about = "compares the mirror with the platform now",
           .method = "sync.run",
           .args = {{"--full", "full", "compare everything, not only what is new or gone",
                     Arg::Type::flag},
                    {"--wait", "wait", "wait until it is finished", Arg::Type::flag}},
           .view = run_view,
           .exit = exit_of_run}};
}

}  // namespace icure::client
