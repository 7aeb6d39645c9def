#include "daemon/api/outbox_status.h"

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

using store::ItemState;
using namespace std::chrono_literals;

struct Words {
  ItemState state;
  const char* code;
  const char* text;  ///< After the count.
  const char* hint;
};

constexpr std::array kWords = {
    Words{ItemState::blocked, "outbox_blocked", " waiting for a person's decision",
          "icurectl outbox list --state blocked tells why, and what helps"},
    Words{ItemState::failed, "outbox_failed", " refused for good",
          "icurectl outbox list --state failed tells why; discard them when that is settled"},
    Words{ItemState::held, "outbox_held", " put aside",
          "icurectl outbox release lets one go on, icurectl outbox discard takes it back"},
};

std::uint64_t count_of(const sync::Outbox::Summary& summary, ItemState state) {
  return summary.counts[static_cast<std::size_t>(state)];
}

std::string changes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " change is" : " changes are");
}

}  // namespace

std::string outbox_status(const sync::Outbox::Summary& summary) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t each = 0; each < store::kItemStates; ++each) {
    json[std::string(store::kItemStateNames[each])] = summary.counts[each];
  }
  if (summary.oldest) json["oldest"] = rfc3339(*summary.oldest);
  return json.dump();
}

std::vector<Warning> outbox_warnings(const sync::Outbox::Summary& summary, WallTime now,
                                     Millis warn_after) {
  std::vector<Warning> warnings;
  for (const auto& words : kWords) {
    const auto count = count_of(summary, words.state);
    if (count > 0) warnings.push_back({words.code, changes(count) + words.text, words.hint});
  }
  if (summary.oldest && now - *summary.oldest >= warn_after) {
    const auto hours = (now - *summary.oldest) / 1h;
    const auto age = hours > 0 ? std::to_string(hours) + " h"
                               : std::to_string((now - *summary.oldest) / 1min) + " min";
    warnings.push_back({"outbox_old", "a change has been in the outbox for " + age,
                        "icurectl outbox list shows it and what it waits for"});
  }
  return warnings;
}

}  // namespace icure::api
