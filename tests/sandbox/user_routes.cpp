// /user
#include <nlohmann/json.hpp>

#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"

namespace icure::sandbox {
namespace {

Reply document_or_404(const std::optional<Row>& row) {
  return row ? json_reply(row->text()) : error_reply(404, "User not found");
}

Reply first_or_404(const std::vector<Row>& rows) {
  // Thrown by the controller, so without a body.
  return rows.empty() ? empty_reply(404) : json_reply(rows.front().text());
}

Reply ids_of_owner(const Documents& documents, const std::string& owner, std::string Facts::*link) {
  std::vector<std::string> ids;
  for (const Row& row : documents.users().of_owner(owner))
    if (row.facts().*link == owner) ids.push_back(row.id());
  return id_list(ids);
}

// In which groups the caller's name and secret fit a user. There is one group.
Reply matches(const Documents& documents, const Call& call) {
  const auto row = documents.table(Kind::user).find(call.caller.user_id);
  if (!row) return list_reply("[]");
  const auto user = nlohmann::json::parse(row->text());
  nlohmann::ordered_json match = {{"groupId", documents.population().group_id()},
                                  {"groupName", "The clinic"},
                                  {"groupsHierarchy", nlohmann::json::array()},
                                  {"userId", call.caller.user_id}};
  for (const auto& [member, name] : {std::pair{"login", "login"},
                                     {"name", "name"},
                                     {"email", "email"},
                                     {"phone", "mobilePhone"},
                                     {"patientId", "patientId"},
                                     {"healthcarePartyId", "healthcarePartyId"},
                                     {"deviceId", "deviceId"}})
    if (const auto at = user.find(name); at != user.end() && !at->is_null()) match[member] = *at;
  return list_reply(nlohmann::ordered_json::array({match}).dump());
}

Reply page_of_users(const Documents& documents, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) return error_reply(400, "limit is not a number");
  const UserKey start = {request.parameter("startKey"),
                         request.parameter("startDocumentId").value_or("")};
  const bool all = request.parameter("skipPatients").value_or("true") == "false";
  const UserPage page =
      documents.users().page(start, *limit, all ? Patients::listed : Patients::skipped);
  if (!page.next) return document_page(page.rows, "", "");
  // Users without login have a null key, which the platform leaves out.
  const std::string key = page.next->login ? nlohmann::json(*page.next->login).dump() : "";
  return document_page(page.rows, key, page.next->id);
}

}  // namespace

void add_user_routes(Routes& routes, World& world) {
  const Documents& documents = world.documents;
  const auto add = [&](std::string_view method, const std::string& path, Routes::Handler handler) {
    routes.add(method, "/rest/v2/user" + path, std::move(handler));
  };
  add("GET", "", [&](const Call& call) { return page_of_users(documents, call.request); });
  add("GET", "/current", [&](const Call& call) {
    return document_or_404(documents.table(Kind::user).find(call.caller.user_id));
  });
  add("GET", "/matches", [&](const Call& call) { return matches(documents, call); });
  add("POST", "/byIds",
      [&](const Call& call) { return by_ids_reply(documents, Kind::user, call); });
  add("POST", "/match", [&](const Call& call) { return match_reply(documents, Kind::user, call); });
  add("POST", "/filter",
      [&](const Call& call) { return filter_reply(documents, Kind::user, call); });
  add("GET", "/byEmail/{}",
      [&](const Call& call) { return first_or_404(documents.users().with_email(call.path[0])); });
  add("GET", "/byPhoneNumber/{}",
      [&](const Call& call) { return first_or_404(documents.users().with_phone(call.path[0])); });
  add("GET", "/byHealthcarePartyId/{}",
      [&](const Call& call) { return ids_of_owner(documents, call.path[0], &Facts::hcp_id); });
  add("GET", "/byPatientId/{}",
      [&](const Call& call) { return ids_of_owner(documents, call.path[0], &Facts::patient_id); });
  add("GET", "/{}", [&](const Call& call) {
    return document_or_404(documents.table(Kind::user).find(call.path[0]));
  });
}

}  // namespace icure::sandbox
