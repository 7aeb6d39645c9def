// POST, PUT, DELETE, undelete and purge of one document; several at once are in bulk_routes.cpp.
#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/platform.h"
#include "tests/sandbox/writes.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Reply post_document(World& world, Kind kind, const Call& call) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (auto refused = refuse_to_create(sent)) return *refused;
  return create_document(world, kind, sent);
}

Reply put_document(World& world, Kind kind, const Call& call) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (auto refused = refuse_to_modify(sent)) return *refused;
  return modify_document(world, kind, call.caller.circle, sent);
}

Reply delete_document(World& world, Kind kind, const Call& call) {
  const std::string& id = call.path[0];
  if (auto refused =
          refuse_change(world, kind, call.caller.circle, id, call.request.parameter("rev")))
    return *refused;
  const auto rev = soft_delete(world.documents, kind, id);
  if (!rev) return error_reply(404, "Already deleted");
  return json_reply(nlohmann::json{{"id", id}, {"rev", *rev}}.dump());
}

Reply undelete_document(World& world, Kind kind, const Call& call) {
  const auto rev = call.request.parameter("rev");
  if (!rev) return error_reply(400, "rev is required");
  if (auto refused = refuse_change(world, kind, call.caller.circle, call.path[0], rev))
    return *refused;
  undelete(world.documents, kind, call.path[0]);
  return json_reply(world.documents.table(kind).find(call.path[0])->text());
}

Reply purge_document(World& world, Kind kind, const Call& call) {
  const auto rev = call.request.parameter("rev");
  if (!rev) return error_reply(400, "rev is required");
  if (auto refused = refuse_change(world, kind, call.caller.circle, call.path[0], rev))
    return *refused;
  purge(world.documents, kind, call.path[0]);
  return json_reply(nlohmann::json{{"id", call.path[0]}, {"rev", *rev}}.dump());
}

}  // namespace

void add_write_routes(Routes& routes, World& world) {
  for (const Kind kind : kKinds) {
    const std::string base =
        "/rest/v2/" + (kind == Kind::hcp ? std::string("hcparty") : std::string(name_of(kind)));
    const auto add = [&](std::string_view method, const std::string& path,
                         Reply (*act)(World&, Kind, const Call&)) {
      routes.add(method, base + path,
                 [&world, kind, act](const Call& call) { return act(world, kind, call); });
    };
    add("POST", "", &post_document);
    add("PUT", "", &put_document);
    add("POST", "/undelete/{}", &undelete_document);
    add("DELETE", "/purge/{}", &purge_document);
    add("DELETE", "/{}", &delete_document);
  }
}

}  // namespace icure::sandbox
