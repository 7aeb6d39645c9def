// Accepted changes as people read them: who, in which state, since when, and what helps.
#include <algorithm>

#include "ipc/client/names.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

std::string who_of(const Json& item) {
  auto who = text_of(item, kWho);
  return who.empty() ? text_of(item, "entity") : who;
}

}  // namespace

Colour colour_of_state(const std::string& state) {
  if (state == "blocked" || state == "failed") return Colour::red;
  if (state == "held" || state == "retrying" || state == "expired") return Colour::yellow;
  return state == "done" || state == "sent" || state == "accepted" ? Colour::green : Colour::plain;
}

std::string help_view(const Json& rows, const Screen& screen) {
  struct Group {
    std::string state, error, hint, first;
    std::size_t count = 0;
  };
  std::vector<Group> groups;  // in the order of their first rows
  for (const auto& row : rows) {
    Group group{text_of(row, "state"), text_of(row, "last_error"), text_of(row, "hint"),
                text_of(row, "id"), 1};
    if (group.error.empty()) continue;
    const auto same = [&group](const Group& other) {
      return other.state == group.state && other.error == group.error && other.hint == group.hint;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    if (found == groups.end()) {
      groups.push_back(std::move(group));
    } else {
      ++found->count;
    }
  }
  std::string text;
  for (const auto& group : groups) {
    const auto which = group.count == 1 ? group.first : std::to_string(group.count) + " of them";
    text += '\n' + screen.paint(colour_of_state(group.state), printable(group.state)) + ", " +
            printable(which) + ": " + printable(group.error) + '\n';
    if (!group.hint.empty()) text += "  " + printable(group.hint) + '\n';
  }
  return text;
}

std::string steps_view(const Json& steps, const Screen& screen) {
  std::string text;
  for (const auto& step : steps) {
    text += "  " + printable(time_words(text_of(step, "at"), screen.now)) + "  " +
            printable(text_of(step, "step"));
    if (const auto note = text_of(step, "note"); !note.empty()) text += ": " + printable(note);
    text += '\n';
  }
  return text.empty() ? text : "\nsteps:\n" + text;
}

std::string items_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no},
               {"WHAT", Shrink::no},
               {"WHO"},
               {"STATE", Shrink::no},
               {"ACCEPTED", Shrink::no},
               {"TRIES", Shrink::no},
               {"NEXT TRY", Shrink::no}});
  const auto& rows = child_of(result, "rows");
  for (const auto& item : rows) {
    table.add({text_of(item, "id"), text_of(item, "op"), who_of(item), text_of(item, "state"),
               ago_words(text_of(item, "created"), screen.now), text_of(item, "attempts"),
               ago_words(text_of(item, "next_try"), screen.now)});
  }
  if (table.empty()) return "nothing\n";
  return table.text(screen) + help_view(rows, screen);
}

std::string facts_view(const std::vector<std::pair<std::string, std::string>>& facts,
                       const Screen& screen) {
  Json shown = Json::object();
  for (const auto& [name, value] : facts) {
    if (!value.empty()) shown[name] = value;
  }
  return members_view(shown, screen);
}

std::string item_view(const Json& result, const Screen& screen) {
  const auto& item = child_of(result, "item");
  const auto entity = text_of(item, "entity");
  const auto who = who_of(item);
  const auto text = facts_view({{"id", text_of(item, "id")},
                                {"what", text_of(item, "op")},
                                {"who", who == entity ? "" : who},
                                {text_of(item, "kind"), entity},
                                {"state", text_of(item, "state")},
                                {"why", text_of(item, "last_error")},
                                {"what helps", text_of(item, "hint")},
                                {"accepted", time_words(text_of(item, "created"), screen.now)},
                                {"tries", text_of(item, "attempts")},
                                {"next try", time_words(text_of(item, "next_try"), screen.now)}},
                               screen);
  return text + steps_view(child_of(item, "steps"), screen);
}

std::string accepted_view(const Json& result, const Screen& screen) {
  const auto& item = child_of(result, "item");
  const auto id = printable(text_of(item, "id"));
  const auto state = text_of(item, "state");
  std::string text = "Accepted: " + printable(text_of(item, "op")) + " of " +
                     printable(text_of(item, "kind")) + ' ' + printable(text_of(item, "entity")) +
                     ", " + screen.paint(colour_of_state(state), printable(state)) + '\n';
  return text + "  how it gets on: icurectl outbox show " + id + '\n' +
         help_view(Json::array({item}), screen);
}

}  // namespace icure::client
