// Logins and users, under a test's hand.
#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/control.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

Reply change_auth(World& world, const Json& order) {
  const std::scoped_lock lock(world.mutex);
  const std::string user = order.value("user", world.own_user());
  if (!world.documents.table(Kind::user).find(user)) return error_reply(404, "no such user");
  if (order.value("expire_now", false)) world.auth.expire_all();
  if (order.value("age_logins", false)) world.auth.age_logins();
  if (order.contains("elevated_seconds"))
    world.auth.set_elevated(std::chrono::seconds(order.at("elevated_seconds").get<int>()));
  if (order.value("forgive", false)) world.credentials.forgive();
  if (order.contains("password"))
    world.credentials.set_password(user, order.at("password").get<std::string>());
  if (order.contains("otp"))
    world.credentials.set_code(user,
                               order.at("otp").is_null() ? "" : order.at("otp").get<std::string>());
  if (order.contains("status"))
    change(world.documents, Kind::user, user, {{"status", order.at("status")}});
  return json_reply(R"({"ok":true})");
}

// The traces that somebody leaves who followed an invitation.
Reply accept(World& world, const Json& order) {
  const auto id = order.at("user").get<std::string>();
  const std::string by = order.value("by", "");
  const Json token = {{"creationTime", now_ms()}, {"validity", 315'360'000}};
  Json patch = Json::object();
  if (by.empty() || by == "password") patch["passwordHash"] = "*";
  if (by.empty() || by == "terms") patch["termsOfUseDate"] = now_ms();
  if (by == "token") patch["authenticationTokens"] = {{"the application's own", token}};
  if (patch.empty()) throw std::invalid_argument("by is password, terms or token");
  const std::scoped_lock lock(world.mutex);
  const auto user = world.documents.table(Kind::user).find(id);
  if (!user || user->deleted()) return error_reply(404, "no such user");
  if (patch.contains("passwordHash"))
    world.credentials.set_password(id, order.value("password", "sandbox-" + id));
  const Revision rev = change(world.documents, Kind::user, id, patch);
  return json_reply(Json{{"id", id}, {"rev", *rev}}.dump());
}

}  // namespace

void add_people_controls(Routes& routes, Bench& bench) {
  World& world = bench.world;
  routes.add("POST", "/auth",
             with_json([&world](const Json& order) { return change_auth(world, order); }),
             Open::to_anyone);
  routes.add("POST", "/accept",
             with_json([&world](const Json& order) { return accept(world, order); }),
             Open::to_anyone);
}

}  // namespace icure::sandbox
