// Login, and what may be asked without one.
#include "tests/sandbox/platform.h"

namespace icure::sandbox {

void add_auth_routes(Routes& routes, World& world) {
  routes.add(
      "POST", "/rest/v2/auth/login",
      [&](const Call& call) { return world.auth.login(call.request); }, Open::to_anyone);
  routes.add(
      "POST", "/rest/v2/auth/refresh",
      [&](const Call& call) { return world.auth.refresh(call.request); }, Open::to_anyone);
  routes.add(
      "POST", "/rest/v2/auth/switch/{}",
      [&](const Call& call) { return world.auth.switch_group(call.request, call.path[0]); },
      Open::to_anyone);
  routes.add(
      "GET", "/rest/v2/auth/publicKey/authJwt",
      [&](const Call&) { return text_reply(world.auth.public_key()); }, Open::to_anyone);
  const auto says = [](std::string text) {
    return [text = std::move(text)](const Call&) { return text_reply(text); };
  };
  routes.add("GET", "/rest/v2/icure/ok", says("true"), Open::to_anyone);
  routes.add("GET", "/rest/v2/icure/v", says("2026.8.19-sandbox"), Open::to_anyone);
  const auto healthy = [](const Call&) { return json_reply(R"({"status":"UP"})"); };
  routes.add("GET", "/actuator/health", healthy, Open::to_anyone);
  routes.add("GET", "/ping.json", healthy, Open::to_anyone);
}

}  // namespace icure::sandbox
