// /exchangedata, /exchangedatamap and /recoverydata.
#include <set>

#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"
#include "tests/sandbox/writes.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

Reply by_ids(const Call& call, const std::function<const Json*(const std::string&)>& find) {
  const auto ids = ids_of(call.request);
  if (!ids) return error_reply(400, "Expected ids and nothing else");
  Json found = Json::array();
  for (const std::string& id : *ids)
    if (const Json* doc = find(id)) found.push_back(*doc);
  return list_reply(found.dump());
}

Reply of_participant(const ExchangeData& data, const Call& call, const std::string& owner) {
  const auto limit = limit_of(call.request);
  if (!limit || owner.empty()) return error_reply(400, "dataOwnerId and a number are required");
  Json page = {{"rows", Json::array()}};
  const std::string start = call.request.parameter("startDocumentId").value_or("");
  data.each_of(owner, start, [&](const Json& doc) {
    if (page["rows"].size() < *limit)
      page["rows"].push_back(doc);
    else if (!page.contains("nextKeyPair"))
      page["nextKeyPair"] = {{"startKey", owner}, {"startKeyDocId", doc.at("id")}};
  });
  return list_reply(page.dump());
}

Reply of_pair(const ExchangeData& data, const std::string& delegator, const std::string& delegate) {
  Json found = Json::array();
  data.each_of(delegator, "", [&](const Json& doc) {
    if (doc.value("delegator", "") == delegator && doc.value("delegate", "") == delegate)
      found.push_back(doc);
  });
  return list_reply(found.dump());
}

// With whom the owner shares keys, among those kinds of data owner.
Reply counterparts(const World& world, const Call& call, const std::string& owner) {
  const std::string types = "," + call.request.parameter("counterpartsTypes").value_or("") + ",";
  std::set<std::string> found;
  world.exchange_data.each_of(owner, "", [&](const Json& doc) {
    for (const char* side : {"delegator", "delegate"}) {
      const std::string other = doc.value(side, "");
      const auto row = world.documents.live_owner(other);
      if (other == owner || !row) continue;
      if (types.find("," + std::string(name_of(row->kind())) + ",") != std::string::npos)
        found.insert(other);
    }
  });
  return id_list({found.begin(), found.end()});
}

Reply post(ExchangeData& data, const Call& call) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (auto refused = refuse_to_create(sent)) return *refused;
  if (!data.add("exchangedata", sent)) return error_reply(409, "Document update conflict");
  return json_reply(data.find(sent.at("id").get<std::string>())->dump());
}

Reply put(ExchangeData& data, const Call& call) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (auto refused = refuse_to_modify(sent)) return *refused;
  if (!data.replace(sent)) return error_reply(409, "Document update conflict");
  return json_reply(data.find(sent.at("id").get<std::string>())->dump());
}

// `{"batch":{<access control key>:{...}}}`: what a client looks exchange data up by that names
// nobody. Those that are there already stay.
Reply put_maps(ExchangeData& data, const Call& call) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (!sent.is_object() || !sent.contains("batch")) return error_reply(400, "Malformed JSON");
  for (const auto& each : sent.at("batch").items())
    data.add("exchangedatamap", {{"id", each.key()}, {"encryptedExchangeDataIds", each.value()}});
  return empty_reply(200);
}

}  // namespace

void add_exchange_routes(Routes& routes, World& world) {
  ExchangeData& data = world.exchange_data;
  const auto add = [&](std::string_view method, const std::string& path, Routes::Handler handler) {
    routes.add(method, "/rest/v2/exchangedata" + path, std::move(handler));
  };
  const auto asked = [](const Call& call, const char* name) {
    return call.request.parameter(name).value_or("");
  };
  add("POST", "map/batch", [&data](const Call& call) {
    return by_ids(call, [&data](const std::string& id) { return data.find_map(id); });
  });
  routes.add("GET", "/rest/v2/recoverydata/{}", [&data](const Call& call) {
    const Json* doc = data.find_recovery(call.path[0]);
    return doc != nullptr ? json_reply(doc->dump()) : error_reply(404, "Not found");
  });
  add("POST", "", [&data](const Call& call) { return post(data, call); });
  add("PUT", "", [&data](const Call& call) { return put(data, call); });
  add("PUT", "map/batch", [&data](const Call& call) { return put_maps(data, call); });
  add("POST", "/byIds", [&data](const Call& call) {
    return by_ids(call, [&data](const std::string& id) { return data.find(id); });
  });
  add("GET", "/byParticipant/counterparts", [&world, asked](const Call& call) {
    return counterparts(world, call, asked(call, "dataOwnerId"));
  });
  add("GET", "/byParticipant/{}/counterparts",
      [&world](const Call& call) { return counterparts(world, call, call.path[0]); });
  add("GET", "/byParticipant", [&data, asked](const Call& call) {
    return of_participant(data, call, asked(call, "dataOwnerId"));
  });
  add("GET", "/byParticipant/{}",
      [&data](const Call& call) { return of_participant(data, call, call.path[0]); });
  add("GET", "/byDelegatorDelegate", [&data, asked](const Call& call) {
    return of_pair(data, asked(call, "delegatorId"), asked(call, "delegateId"));
  });
  add("GET", "/byDelegatorDelegate/{}/{}",
      [&data](const Call& call) { return of_pair(data, call.path[0], call.path[1]); });
  add("GET", "/{}", [&data](const Call& call) {
    const Json* doc = data.find(call.path[0]);
    return doc != nullptr ? json_reply(doc->dump()) : error_reply(404, "Not found");
  });
}

}  // namespace icure::sandbox
