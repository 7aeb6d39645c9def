// What is written to a user otherwise than as a whole: tokens, e-mail and mobile phone.
#include <charconv>
#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/dice.h"
#include "tests/sandbox/platform.h"
#include "tests/sandbox/user_rules.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kDefaultValidity = 3600;  // seconds

std::optional<std::int64_t> validity_of(const Request& request) {
  const auto text = request.parameter("tokenValidity");
  if (!text) return kDefaultValidity;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  return error == std::errc() && *end == '\0' ? std::optional(seconds) : std::nullopt;
}

Reply make_token(World& world, const Call& call) {
  if (!call.caller.elevated) {
    Reply reply = empty_reply(401);
    const int level = static_cast<int>(Level::password);
    reply.headers = {{"Icure-Minimum-Required-Auth-Level", std::to_string(level)}};
    return reply;
  }
  const std::string& id = call.path[0];
  const std::string& key = call.path[1];
  const auto validity = validity_of(call.request);
  if (!validity) return error_reply(400, "tokenValidity is not a number");
  const auto user = world.documents.table(Kind::user).find(id);
  if (!user || user->deleted()) return error_reply(404, "User not found");
  std::string value = call.request.header("token");
  if (value.empty()) {
    const std::uint64_t fresh =
        mix(world.documents.version(), static_cast<std::uint64_t>(now_ms()), 0x746F);
    value = Ids::uuid(fresh, mix(fresh));
  }
  auto doc = nlohmann::ordered_json::parse(user->text());
  doc["authenticationTokens"][key] = {
      {"token", nullptr}, {"creationTime", now_ms()}, {"validity", *validity}};
  world.documents.table(Kind::user).store(std::move(doc));
  world.credentials.set_token(id, key, value);
  return json_reply(value);  // bare text under the name of JSON, as the platform sends it
}

struct Contact {
  const char* member;
  const char* next;
  const char* previous;
  bool (*is_valid)(const std::string&);
};
constexpr Contact kEmail = {"email", "newEmail", "previousEmail", &is_email};
constexpr Contact kPhone = {"mobilePhone", "newMobilePhone", "previousMobilePhone", &is_phone};

// Without a new value it is taken away.
Reply change_contact(World& world, const Call& call, const Contact& contact,
                     const std::optional<std::string>& next) {
  const auto user = world.documents.table(Kind::user).find(call.path[0]);
  if (!user || user->deleted()) return error_reply(404, "User not found");
  if (next && !contact.is_valid(*next)) return error_reply(400, "Invalid value");
  const Json doc = Json::parse(user->text());
  const auto at = doc.find(contact.member);
  const std::string stored = at != doc.end() && at->is_string() ? at->get<std::string>() : "";
  if (stored != call.request.parameter(contact.previous).value_or(""))
    return error_reply(409, "The previous value is another one");
  if (next && std::string_view(contact.member) == "email")
    if (auto refused = refuse_duplicate(world, "email", *next, call.path[0])) return *refused;
  change(world.documents, Kind::user, call.path[0],
         {{contact.member, next ? Json(*next) : Json()}});
  return json_reply(world.documents.table(Kind::user).find(call.path[0])->text());
}

Routes::Handler setting(World& world, const Contact& contact) {
  return [&world, contact](const Call& call) {
    const auto next = call.request.parameter(contact.next);
    if (!next) return error_reply(400, std::string(contact.next) + " is required");
    return change_contact(world, call, contact, next);
  };
}

}  // namespace

void add_token_routes(Routes& routes, World& world) {
  routes.add("POST", "/rest/v2/user/token/{}/{}",
             [&world](const Call& call) { return make_token(world, call); });
  routes.add("PUT", "/rest/v2/user/{}/email", setting(world, kEmail));
  routes.add("PUT", "/rest/v2/user/{}/mobilePhone", setting(world, kPhone));
  routes.add("DELETE", "/rest/v2/user/{}/mobilePhone", [&world](const Call& call) {
    return change_contact(world, call, kPhone, std::nullopt);
  });
}

}  // namespace icure::sandbox
