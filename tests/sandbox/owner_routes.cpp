// /dataowner: healthcare parties, patients and devices under one roof. Soft-deleted ones are hidden
// here.
#include <nlohmann/json.hpp>

#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"
#include "tests/sandbox/writes.h"

namespace icure::sandbox {
namespace {

enum class Form { document, stub, cardinal_stub };

// The Cardinal model has no parent in stubs.
std::string without_parent(const std::string& stub) {
  auto json = nlohmann::ordered_json::parse(stub);
  json.erase("parentId");
  return json.dump();
}

std::string wrapped(const Row& row, Form form) {
  std::string out = "{\"type\":\"" + std::string(name_of(row.kind())) + "\",";
  if (form == Form::document)
    out += "\"dataOwner\":" + row.text();
  else
    out += "\"stub\":" + (form == Form::stub ? row.stub() : without_parent(row.stub()));
  return out + "}";
}

Reply wrapped_list(const std::vector<Row>& rows, Form form) {
  std::string out = "[";
  for (const Row& row : rows) out += (out.size() > 1 ? "," : "") + wrapped(row, form);
  return list_reply(out + "]");
}

Reply one(const Documents& documents, const Call& call, const std::string& id, Form form) {
  const auto row = documents.live_owner(id);
  if (!row) return error_reply(404, "Data owner not found");
  if (!documents.visible(*row, call.caller.circle)) return error_reply(403, "Access denied");
  return json_reply(wrapped(*row, form));
}

Reply several(const Documents& documents, const Call& call, Form form) {
  const auto ids = ids_of(call.request);
  if (!ids) return error_reply(400, "Expected ids and nothing else");
  std::vector<Row> rows;
  for (const std::string& id : *ids)
    if (const auto row = documents.live_owner(id);
        row && documents.visible(*row, call.caller.circle))
      rows.push_back(*row);
  return wrapped_list(rows, form);
}

Reply hierarchy(const Documents& documents, const Call& call, Form form) {
  const std::vector<Row> rows = documents.hierarchy(call.caller.owner);
  return rows.empty() ? error_reply(404, "The user is no data owner") : wrapped_list(rows, form);
}

// A client publishes keys without sending the whole document.
Reply store_stub(World& world, const Call& call, Form form) {
  using Json = nlohmann::ordered_json;
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (!sent.is_object() || !sent.contains("stub")) return error_reply(400, "Malformed JSON");
  const Json& stub = sent.at("stub");
  if (auto refused = refuse_to_modify(stub)) return *refused;
  const auto id = stub.at("id").get<std::string>();
  const auto row = world.documents.live_owner(id);
  if (!row) return error_reply(404, "Data owner not found");
  const Kind kind = row->kind();
  if (auto refused = refuse_change(world, kind, call.caller.circle, id, stub.at("rev")))
    return *refused;
  Json doc = Json::parse(row->text());
  if (stub.value("parentId", doc.value("parentId", "")) != doc.value("parentId", ""))
    return error_reply(400, "The parent cannot be changed");
  for (const char* key : kStubMembers)
    if (stub.contains(key)) doc[key] = stub.at(key);
  world.documents.table(kind).store(std::move(doc));
  return json_reply(wrapped(*world.documents.live_owner(id), form));
}

}  // namespace

void add_owner_routes(Routes& routes, World& world) {
  const Documents& documents = world.documents;
  const auto add = [&](std::string_view method, const std::string& path, Routes::Handler handler) {
    routes.add(method, "/rest/v2/dataowner" + path, std::move(handler));
  };
  const Form stub = world.options.cardinal ? Form::cardinal_stub : Form::stub;
  for (const Form form : {Form::document, stub}) {
    const std::string after = form == Form::document ? "" : "/stub";
    add("GET", "/current/hierarchy" + after,
        [&documents, form](const Call& call) { return hierarchy(documents, call, form); });
    add("GET", "/current" + after, [&documents, form](const Call& call) {
      return one(documents, call, call.caller.owner, form);
    });
    add("POST", after + "/byIds",
        [&documents, form](const Call& call) { return several(documents, call, form); });
  }
  add("PUT", "/stub", [&world, stub](const Call& call) { return store_stub(world, call, stub); });
  add("GET", "/stub/{}",
      [&documents, stub](const Call& call) { return one(documents, call, call.path[0], stub); });
  add("GET", "/{}",
      [&](const Call& call) { return one(documents, call, call.path[0], Form::document); });
}

}  // namespace icure::sandbox
