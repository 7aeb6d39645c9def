// icurectl sync run, pause, resume, history
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
  if (state == "cut_off") return Exit::try_later;
  if (state != "failed") return Exit::ok;
  const auto cause = text_of(run, "cause");
  const bool offline = std::find(kOffline.begin(), kOffline.end(), cause) != kOffline.end();
  return offline ? Exit::offline : Exit::failed;
}

std::string paused_view(const Json&, const Screen&) {
  return "The sync is paused. Reads go on. To end it: icurectl sync resume\n";
}

std::string resumed_view(const Json&, const Screen&) {
  return "The sync goes on. How it gets on: icurectl status\n";
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
           .exit = exit_of_run},
          {.noun = "sync",
           .verb = "pause",
           .about = "sends nothing to the platform for a while; reads go on",
           .method = "sync.pause",
           .args = {{"--for", "for_s", "such as 30m or 2d; default: a week", Arg::Type::seconds}},
           .view = paused_view},
          {.noun = "sync",
           .verb = "resume",
           .about = "ends a pause and syncs at once",
           .method = "sync.resume",
           .view = resumed_view},
          {.noun = "sync",
           .verb = "history",
           .about = "shows the last runs, newest first",
           .method = "sync.history",
           .args = {{"--limit", "limit", "how many; default: 20", Arg::Type::number}},
           .view = runs_view}};
}

}  // namespace icure::client
