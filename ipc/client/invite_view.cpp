// Invitations as people read them: whom, how far, since when, and what helps.
#include "ipc/client/names.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

std::string who_of(const Json& invitation) {
  auto who = text_of(invitation, kWho);
  return who.empty() ? text_of(invitation, "owner") : who;
}

/// A message whose fate is not known must not look like one that never went out.
std::string state_of(const Json& invitation) {
  const auto state = text_of(invitation, "state");
  return child_of(invitation, "maybe_sent") == true ? state + ", maybe sent" : state;
}

std::string when_sent(const Json& invitation, const Screen& screen) {
  return ago_words(text_of(invitation, "sent_at"), screen.now);
}

}  // namespace

std::string invitations_view(const Json& result, const Screen& screen) {
  Table table({{"ID", Shrink::no},
               {"WHO"},
               {"STATE", Shrink::no},
               {"ASKED", Shrink::no},
               {"SENT", Shrink::no},
               {"BY", Shrink::no},
               {"TO"}});
  const auto& rows = child_of(result, "rows");
  for (const auto& row : rows) {
    table.add({text_of(row, "id"), who_of(row), state_of(row),
               ago_words(text_of(row, "created"), screen.now), when_sent(row, screen),
               text_of(row, "channel"), text_of(row, "contact")});
  }
  if (table.empty()) return "no invitations\n";
  return table.text(screen) + help_view(rows, screen);
}

std::string invitation_view(const Json& result, const Screen& screen) {
  const auto& invitation = child_of(result, "invitation");
  const auto time = [&](const char* name) {
    return time_words(text_of(invitation, name), screen.now);
  };
  const auto owner = text_of(invitation, "owner");
  const auto who = who_of(invitation);
  const auto text = facts_view({{"id", text_of(invitation, "id")},
                                {"who", who == owner ? "" : who},
                                {text_of(invitation, "ownerType"), owner},
                                {"state", state_of(invitation)},
                                {"why", text_of(invitation, "last_error")},
                                {"what helps", text_of(invitation, "hint")},
                                {"by", text_of(invitation, "channel")},
                                {"to", text_of(invitation, "contact")},
                                {"asked", time("created")},
                                {"not before", time("not_before")},
                                {"expires", time("expires")},
                                {"sent", time("sent_at")},
                                {"tries", text_of(invitation, "attempts")},
                                {"next try", time("next_try")},
                                {"user", text_of(invitation, "user")},
                                {"inviter", text_of(invitation, "inviter")}},
                               screen);
  return text + steps_view(child_of(invitation, "steps"), screen);
}

std::string invited_view(const Json& result, const Screen& screen) {
  const auto& invitation = child_of(result, "invitation");
  const auto state = text_of(invitation, "state");
  std::string text = "Accepted: " + printable(who_of(invitation)) + " is invited by " +
                     printable(text_of(invitation, "channel"));
  if (const auto to = text_of(invitation, "contact"); !to.empty()) text += " to " + printable(to);
  text += ", " + screen.paint(colour_of_state(state), printable(state_of(invitation))) + '\n';
  return text + "  how it gets on: icurectl invite show " + printable(text_of(invitation, "id")) +
         '\n' + help_view(Json::array({invitation}), screen);
}

}  // namespace icure::client
