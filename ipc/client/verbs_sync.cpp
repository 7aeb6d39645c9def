// icurectl sync run|plan|approve|tombstones|pause|resume|history
#include <algorithm>
#include <array>

#include "ipc/client/args.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

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

std::string plan_view(const Json& result, const Screen& screen) {
  Table table({{"KIND", Shrink::no},
               {"SEEN"},
               {"ADDED"},
               {"CHANGED"},
               {"DELETED"},
               {"DISABLED"},
               {"HELD"}});
  for (const auto& [kind, counts] : child_of(result, "kinds").items()) {
    table.add({kind, text_of(counts, "seen"), text_of(counts, "added"), text_of(counts, "changed"),
               text_of(counts, "deleted"), text_of(counts, "disabled"), text_of(counts, "held")});
  }
  std::string text = "A full sync now would change (nothing was applied):\n" + table.text(screen);
  std::string braked;
  for (const auto& kind : child_of(result, "would_brake")) {
    if (kind.is_string()) braked += (braked.empty() ? "" : ", ") + kind.get<std::string>();
  }
  if (braked.empty()) return text;
  return text + screen.paint(Colour::yellow, "would be held back for approval: ") +
         printable(braked) + '\n';
}

std::string batch_view(const Json& result, const Screen& screen) {
  const auto& batch = child_of(result, "batch");
  const auto state = text_of(batch, "state");
  std::string text = "Batch " + printable(text_of(batch, "id")) + " of " +
                     printable(text_of(batch, "kind")) + ": " +
                     screen.paint(Colour::green, printable(state)) + "; " +
                     text_of(batch, "deletes") + " deleted, " + text_of(batch, "hides") +
                     " hidden, " + text_of(batch, "disables") + " disabled\n";
  if (state == "applied") text += "the mirror follows the platform; rows that live again stayed\n";
  if (state == "discarded") {
    text += "these rows are kept as they are; you are asked again when much more is lost\n";
  }
  return text;
}

std::string tombstones_view(const Json& result, const Screen& screen) {
  Table table(
      {{"KIND", Shrink::no}, {"ID", Shrink::no}, {"HOW", Shrink::no}, {"LEARNED"}, {"REV"}});
  for (const auto& row : child_of(result, "rows")) {
    table.add({text_of(row, "kind"), text_of(row, "id"), text_of(row, "how"),
               time_words(text_of(row, "at"), screen.now), text_of(row, "rev")});
  }
  return table.empty() ? "nothing is gone\n" : table.text(screen);
}

std::string paused_view(const Json&, const Screen&) {
  return "The sync is paused. Reads go on. To end it: icurectl sync resume\n";
}

std::string resumed_view(const Json&, const Screen&) {
  return "The sync goes on. How it gets on: icurectl status\n";
}

}  // namespace

std::vector<Verb> sync_verbs() {
  const Arg kind{
      "--kind", "kind", "only this kind", Arg::Type::text, {"user", "hcp", "patient", "device"}};
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
           .verb = "plan",
           .about = "shows what a full sync would change, and applies nothing",
           .method = "sync.plan",
           .view = plan_view},
          {.noun = "sync",
           .verb = "approve",
           .about = "decides about changes that are held back, see \"icurectl status\"",
           .method = "sync.approve",
           .args = {{"batch", "batch", "the batch's id", Arg::Type::text, {}, true},
                    {"decision",
                     "decision",
                     "apply: the platform is right; discard: keep what the mirror has",
                     Arg::Type::text,
                     {"apply", "discard"},
                     true}},
           .view = batch_view},
          {.noun = "sync",
           .verb = "tombstones",
           .about = "lists what the platform deleted, purged or hides from us",
           .method = "sync.tombstones",
           .args = with({kind}, page_args()),
           .view = tombstones_view,
           .pages = true},
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
