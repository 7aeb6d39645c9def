#include "ipc/client/views.h"

#include <algorithm>

#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/when.h"

namespace icure::client {

const Json& child_of(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto at = object.find(name);
  return at == object.end() ? nothing : *at;
}

std::string text_of(const Json& object, const char* name) {
  const auto& value = child_of(object, name);
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string members_view(const Json& object, const Screen& screen) {
  std::size_t width = 0;
  for (const auto& [name, value] : object.items()) {
    width = std::max(width, display_width(printable(name)));
  }
  std::string text;
  for (const auto& [name, value] : object.items()) {
    const auto shown = value.is_string() ? value.get<std::string>() : value.dump();
    text +=
        screen.paint(Colour::bold, padded(printable(name), width)) + "  " + printable(shown) + '\n';
  }
  return text;
}

std::string config_view(const Json& result, const Screen& screen) {
  Table table({{"KEY", Shrink::no}, {"VALUE"}, {"SOURCE"}});
  for (const auto& value : child_of(result, "values")) {
    table.add({text_of(value, "key"), text_of(value, "value"), text_of(value, "source")});
  }
  return table.text(screen);
}

std::string json_view(const Json& result, const Screen&) {
  return printable_json(result.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n';
}

namespace {

/// What a run did to the mirror, all kinds together.
std::string changes_of(const Json& run) {
  std::string text;
  for (const char* what : {"added", "changed", "deleted", "held"}) {
    std::uint64_t sum = 0;
    for (const auto& [kind, counts] : child_of(run, "kinds").items()) {
      const auto& count = child_of(counts, what);
      if (count.is_number_unsigned()) sum += count.get<std::uint64_t>();
    }
    if (sum > 0) text += (text.empty() ? "" : ", ") + std::to_string(sum) + ' ' + what;
  }
  return text.empty() ? "nothing" : text;
}

std::string duration_of(const Json& run) {
  const auto started = parse_rfc3339(text_of(run, "started"));
  const auto finished = parse_rfc3339(text_of(run, "finished"));
  return started && finished ? span_words(*finished - *started) : "";
}

}  // namespace

std::string runs_view(const Json& result, const Screen& screen) {
  Table table({{"STARTED", Shrink::no},
               {"TOOK", Shrink::no},
               {"WHY"},
               {"WHAT"},
               {"STATE"},
               {"REQUESTS"},
               {"CHANGES"}});
  for (const auto& run : child_of(result, "rows")) {
    const auto cause = text_of(run, "cause");
    table.add({time_words(text_of(run, "started"), screen.now), duration_of(run),
               text_of(run, "trigger"), child_of(run, "full") == true ? "full" : "quick",
               text_of(run, "state") + (cause.empty() ? "" : ", " + cause),
               text_of(run, "requests"), changes_of(run)});
  }
  return table.empty() ? "No runs yet.\n" : table.text(screen);
}

std::string run_view(const Json& result, const Screen& screen) {
  const auto& run = child_of(result, "run");
  const auto state = text_of(run, "state");
  const auto colour = state == "done"      ? Colour::green
                      : state == "running" ? Colour::plain
                                           : Colour::red;
  std::string text = std::string(child_of(run, "full") == true ? "Full" : "Quick") + " sync " +
                     printable(text_of(run, "id")) + ": " + screen.paint(colour, printable(state));
  if (const auto cause = text_of(run, "cause"); !cause.empty()) text += ", " + printable(cause);
  text += '\n';
  Table table({{"KIND"}, {"SEEN"}, {"ADDED"}, {"CHANGED"}, {"DELETED"}, {"HELD"}});
  for (const auto& [kind, counts] : child_of(run, "kinds").items()) {
    table.add({kind, text_of(counts, "seen"), text_of(counts, "added"), text_of(counts, "changed"),
               text_of(counts, "deleted"), text_of(counts, "held")});
  }
  return table.empty() ? text : text + '\n' + table.text(screen);
}

}  // namespace icure::client
