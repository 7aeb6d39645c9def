#include "tests/sandbox/gateway.h"

#include <nlohmann/json.hpp>

namespace icure::sandbox {

Gateway::Gateway(World& world) : world_(world) {
  routes_.add("POST", "/{}/email/to/{}", [this](const Call& call) { return take("email", call); });
  routes_.add("POST", "/{}/sms/to/{}", [this](const Call& call) { return take("sms", call); });
}

Reply Gateway::answer(const Request& request) {
  const std::scoped_lock lock(world_.mutex);
  // A bearer token is never taken here, only name and password.
  return routes_.answer(request,
                        [this](const Request& asked) { return world_.auth.basic_caller(asked); });
}

Reply Gateway::take(const char* channel, const Call& call) {
  const auto body = parse_json(call.request.body);
  const bool email = std::string_view(channel) == "email";
  const auto has = [&](const char* key) {
    return body->contains(key) && body->at(key).is_string();
  };
  if (!body || !body->is_object() ||
      !(email ? has("from") && has("subject") && has("html") : has("message")))
    return error_reply(400, "Malformed message");
  world_.messages.push_back({world_.messages.size() + 1, channel, call.path[0], call.path[1],
                             call.caller.user_id, call.request.body, now_ms()});
  return json_reply("{}");
}

}  // namespace icure::sandbox
