// Websockets, under a test's hand.
#include <nlohmann/json.hpp>

#include "tests/sandbox/control.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

void act(Notifier& notifier, const std::string& action) {
  if (action == "drop")
    notifier.drop();
  else if (action == "mute")
    notifier.set_voice(Notifier::Voice::mute);
  else if (action == "unmute")
    notifier.set_voice(Notifier::Voice::speaking);
  else if (action == "refuse")
    notifier.set_door(Notifier::Door::refusing);
  else if (action == "accept")
    notifier.set_door(Notifier::Door::accepting);
  else
    throw std::invalid_argument("action is drop, mute, unmute, refuse or accept");
}

}  // namespace

void add_live_controls(Routes& routes, Bench& bench) {
  Notifier& notifier = bench.notifier;
  routes.add(
      "GET", "/ws", [&notifier](const Call&) { return json_reply(notifier.list().dump()); },
      Open::to_anyone);
  routes.add(
      "POST", "/ws", with_json([&notifier](const Json& order) {
        if (order.contains("deletes"))
          notifier.set_deletes(order.at("deletes").get<bool>() ? Deletes::told : Deletes::untold);
        if (order.contains("action") || !order.contains("deletes"))
          act(notifier, order.value("action", ""));
        return json_reply(R"({"ok":true})");
      }),
      Open::to_anyone);
}

}  // namespace icure::sandbox
