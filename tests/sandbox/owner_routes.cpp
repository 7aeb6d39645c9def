// /dataowner: healthcare parties, patients and devices under one roof. Soft-deleted ones are hidden
// here.
#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"

namespace icure::sandbox {
namespace {

enum class Form { document, stub };

std::string wrapped(const Row& row, Form form) {
  std::string out = "{\"type\":\"" + std::string(name_of(row.kind())) + "\",";
  out += form == Form::stub ? "\"stub\":" + row.stub() : "\"dataOwner\":" + row.text();
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

}  // namespace

void add_owner_routes(Routes& routes, World& world) {
  const Documents& documents = world.documents;
  const auto add = [&](std::string_view method, const std::string& path, Routes::Handler handler) {
    routes.add(method, "/rest/v2/dataowner" + path, std::move(handler));
  };
  for (const Form form : {Form::document, Form::stub}) {
    const std::string after = form == Form::stub ? "/stub" : "";
    add("GET", "/current/hierarchy" + after,
        [&documents, form](const Call& call) { return hierarchy(documents, call, form); });
    add("GET", "/current" + after, [&documents, form](const Call& call) {
      return one(documents, call, call.caller.owner, form);
    });
    add("POST", after + "/byIds",
        [&documents, form](const Call& call) { return several(documents, call, form); });
  }
  add("GET", "/stub/{}",
      [&](const Call& call) { return one(documents, call, call.path[0], Form::stub); });
  add("GET", "/{}",
      [&](const Call& call) { return one(documents, call, call.path[0], Form::document); });
}

}  // namespace icure::sandbox
