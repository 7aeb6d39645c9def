// icurectl outbox list|show|hold|release|retry|discard
#include "ipc/client/args.h"
#include "ipc/client/names.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

void name_item(Names& names, Json& item) {
  item[kWho] = names.of(text_of(item, "kind"), text_of(item, "entity"));
}

void name_items(Runner& runner, Json& result) {
  Names names(runner);
  for (auto& item : result["rows"]) name_item(names, item);
}

void name_the_item(Runner& runner, Json& result) {
  Names names(runner);
  name_item(names, result["item"]);
}

Verb act(const char* verb, const char* about) {
  return {.noun = "outbox",
          .verb = verb,
          .about = about,
          .method = std::string("outbox.") + verb,
          .args = {{"id", "id", "the item's id", Arg::Type::text, {}, true}},
          .view = item_view,
          .look_up = name_the_item};
}

}  // namespace

std::vector<Verb> outbox_verbs() {
  const Arg state{"--state",
                  "state",
                  "only changes in this state",
                  Arg::Type::text,
                  {"queued", "sending", "retrying", "blocked", "held", "done", "failed",
                   "cancelled", "expired"}};
  auto show = act("show", "shows one change with all its steps, and what helps");
  show.method = "outbox.get";
  auto discard = act("discard", "takes a change back for good; what it asked for is erased");
  discard.args.push_back(
      {"--reason", "reason", "why, for whoever looks at it later", Arg::Type::text, {}, true});
  return {{.noun = "outbox",
           .verb = "list",
           .about = "lists changes that were accepted, oldest first",
           .method = "outbox.list",
           .args = with({state}, page_args()),
           .view = items_view,
           .pages = true,
           .look_up = name_items},
          std::move(show),
          act("hold", "puts a change aside until it is released"),
          act("release", "lets a held change go on"),
          act("retry", "tries a change now, rather than later or never"),
          std::move(discard)};
}

}  // namespace icure::client
