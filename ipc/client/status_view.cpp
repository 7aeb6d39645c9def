// The status as a clinic's admin reads it: what works, since when, why not, and what helps.
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

Colour colour_of(const std::string& state) {
  if (state == "online") return Colour::green;
  return state == "offline" ? Colour::red : Colour::yellow;
}

const char* meaning_of(const std::string& state) {
  if (state == "online") return "in contact with the platform";
  if (state == "offline") return "the platform cannot be used; reads are answered from the mirror";
  if (state == "starting") return "the platform has not answered yet";
  if (state == "degraded") return "working, but something needs attention";
  return "";
}

std::string head(const Json& status, const Screen& screen) {
  const auto state = text_of(status, "state");
  std::string text = "icure-syncd " + printable(text_of(status, "version")) + ": " +
                     screen.paint(colour_of(state), printable(state));
  if (const auto cause = text_of(status, "cause"); !cause.empty()) {
    text += " (" + printable(cause) + ')';
  }
  text += ", " + std::string(meaning_of(state)) + '\n';
  return text + "since " + printable(time_words(text_of(status, "since"), screen.now)) + '\n';
}

std::string completeness(const Json& entry) {
  std::string text = child_of(entry, "complete") == true ? "yes" : "no";
  const auto progress = text_of(entry, "progress");
  return progress.empty() ? text : text + ", " + progress + " seen in this run";
}

std::string mirror(const Json& status, const Screen& screen) {
  Table table({{"KIND", Shrink::no}, {"COUNT", Shrink::no}, {"AS OF"}, {"COMPLETE"}});
  for (const auto& [kind, entry] : child_of(status, "mirror").items()) {
    const auto as_of = text_of(entry, "as_of");
    table.add({kind, text_of(entry, "count"),
               as_of.empty() ? "never checked" : time_words(as_of, screen.now),
               completeness(entry)});
  }
  return table.empty() ? "" : '\n' + table.text(screen);
}

/// In one word if it is the same for every kind.
std::string live(const Json& status) {
  std::string text;
  std::string first;
  bool same = true;
  for (const auto& [kind, state] : child_of(status, "live").items()) {
    const auto word = printable(state.is_string() ? state.get<std::string>() : state.dump());
    if (text.empty()) first = word;
    same = same && word == first;
    text += (text.empty() ? "" : ", ") + printable(kind) + ' ' + word;
  }
  return text.empty() ? text : "live: " + (same ? first : text) + '\n';
}

std::string outbox(const Json& status, const Screen& screen) {
  std::string text;
  for (const auto& [state, count] : child_of(status, "outbox").items()) {
    if (state == "oldest" || count == 0) continue;
    text += (text.empty() ? "" : ", ") + count.dump() + ' ' + printable(state);
  }
  if (text.empty()) return {};
  const auto oldest = text_of(child_of(status, "outbox"), "oldest");
  if (!oldest.empty()) text += "; oldest " + printable(time_words(oldest, screen.now));
  return "outbox: " + text + '\n';
}

std::string braked(const Json& status, const Screen& screen) {
  std::string text;
  for (const auto& batch : child_of(status, "braked")) {
    const auto id = printable(text_of(batch, "id"));
    text += screen.paint(Colour::yellow, "held back: ") + text_of(batch, "deletes") +
            " deletions, " + text_of(batch, "disables") + " disablings of " +
            printable(text_of(batch, "kind")) + ", since " +
            printable(time_words(text_of(batch, "since"), screen.now)) +
            "\n  look at it, then: icurectl sync approve " + id + '\n';
  }
  return text;
}

std::string warnings(const Json& status, const Screen& screen) {
  std::string text;
  for (const auto& warning : child_of(status, "warnings")) {
    text += screen.paint(Colour::yellow, "warning: ") + printable(text_of(warning, "text")) + '\n';
    const auto hint = printable(text_of(warning, "hint"));
    if (!hint.empty()) text += "  " + hint + '\n';
  }
  return text;
}

}  // namespace

std::string status_view(const Json& status, const Screen& screen) {
  std::string rest = live(status) + outbox(status, screen) + braked(status, screen);
  if (const auto next = text_of(status, "next_sync"); !next.empty()) {
    rest = "next sync: " + printable(time_words(next, screen.now)) + '\n' + rest;
  }
  rest += warnings(status, screen);
  return head(status, screen) + mirror(status, screen) + (rest.empty() ? "" : '\n' + rest);
}

}  // namespace icure::client
