// The doctor's findings as an administrator reads them: what is wrong, and under it what helps.
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

constexpr std::size_t kStateWidth = 9;  // of "skipped" and two spaces
constexpr std::size_t kNameWidth = 11;

Colour colour_of(const std::string& state) {
  if (state == "ok") return Colour::green;
  if (state == "failed") return Colour::red;
  return state == "warning" ? Colour::yellow : Colour::dim;
}

std::string indented(const std::string& text) {
  return text.empty() ? "" : std::string(kStateWidth + kNameWidth, ' ') + printable(text) + '\n';
}

std::string line_of(const Json& check, const Screen& screen) {
  const auto state = text_of(check, "state");
  auto text = screen.paint(colour_of(state), padded(printable(state), kStateWidth)) +
              padded(printable(text_of(check, "name")), kNameWidth) +
              printable(text_of(check, "result")) + '\n';
  const auto& faults = child_of(check, "faults");
  if (faults.empty()) return text + indented(text_of(check, "remedy"));
  for (const auto& fault : faults) {
    text += indented("- " + text_of(fault, "text")) + indented("  " + text_of(fault, "remedy"));
  }
  return text;
}

}  // namespace

std::string doctor_view(const Json& result, const Screen& screen) {
  std::string text;
  std::map<std::string, int> counts;
  for (const auto& check : child_of(result, "checks")) {
    text += line_of(check, screen);
    ++counts[text_of(check, "state")];
  }
  text += '\n' + std::to_string(counts["ok"]) + " ok";
  for (const auto* state : {"failed", "warning", "skipped"}) {
    if (counts[state] > 0) text += ", " + std::to_string(counts[state]) + ' ' + state;
  }
  return text + '\n';
}

}  // namespace icure::client
