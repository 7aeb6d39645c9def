#include "tests/sandbox/filters.h"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::string>;
using Found = std::optional<Ids>;

struct Query {
  const Documents& documents;
  Kind kind;
  const Caller& caller;
  const Json& filter;

  std::optional<std::string> text(const char* key) const {
    const auto at = filter.find(key);
    if (at == filter.end() || !at->is_string()) return std::nullopt;
    return at->get<std::string>();
  }
  std::int64_t number(const char* key, std::int64_t otherwise) const {
    const auto at = filter.find(key);
    return at == filter.end() || !at->is_number_integer() ? otherwise : at->get<std::int64_t>();
  }
};

Found all(const Query& query) {
  Ids ids;
  query.documents.table(query.kind).each_live([&](const Row& row) { ids.push_back(row.id()); });
  return ids;
}

// Echoes ids that do not exist, as the platform does.
Found by_ids(const Query& query) {
  const auto at = query.filter.find("ids");
  if (at == query.filter.end() || !at->is_array()) return std::nullopt;
  Ids ids;
  for (const Json& id : *at) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

Found users_of(const Query& query, const std::optional<std::string>& owner,
               std::string Facts::*link) {
  if (!owner) return std::nullopt;
  Ids ids;
  for (const Row& row : query.documents.users().of_owner(*owner))
    if (row.facts().*link == *owner) ids.push_back(row.id());
  return ids;
}

bool reads(const Facts& facts, const std::string& owner) {
  return std::find(facts.readers.begin(), facts.readers.end(), owner) != facts.readers.end();
}

Found patients_of(const Query& query) {
  const std::string owner = query.text("healthcarePartyId").value_or(query.caller.owner);
  Ids ids;
  query.documents.table(Kind::patient).each_live([&](const Row& row) {
    if (reads(row.facts(), owner) && query.documents.visible(row, query.caller.circle))
      ids.push_back(row.id());
  });
  return ids;
}

Found patients_modified(const Query& query) {
  const auto owner = query.text("dataOwnerId");
  if (!owner) return std::nullopt;
  const std::int64_t from = query.number("startDate", 0);
  const std::int64_t to = query.number("endDate", INT64_MAX);
  std::vector<std::pair<std::int64_t, std::string>> found;
  query.documents.table(Kind::patient).each_live([&](const Row& row) {
    const Facts facts = row.facts();
    const auto moment = facts.modified ? facts.modified : facts.created;
    if (moment && *moment >= from && *moment <= to && reads(facts, *owner) &&
        query.documents.visible(row, query.caller.circle))
      found.emplace_back(*moment, row.id());
  });
  std::sort(found.begin(), found.end());
  if (query.filter.value("descending", false)) std::reverse(found.begin(), found.end());
  Ids ids;
  for (auto& each : found) ids.push_back(std::move(each.second));
  return ids;
}

Found combined(const Query& query, bool in_all) {
  const auto parts = query.filter.find("filters");
  if (parts == query.filter.end() || !parts->is_array()) return std::nullopt;
  std::map<std::string, std::size_t> seen;
  for (const Json& part : *parts) {
    const Found found = match_filter(query.documents, query.kind, query.caller, part);
    if (!found) return std::nullopt;
    for (const std::string& id : std::set<std::string>(found->begin(), found->end())) ++seen[id];
  }
  Ids ids;
  for (const auto& [id, times] : seen)
    if (!in_all || times == parts->size()) ids.push_back(id);
  return ids;
}

using Filter = std::function<Found(const Query&)>;

const std::map<std::pair<Kind, std::string>, Filter>& filters() {
  static const std::map<std::pair<Kind, std::string>, Filter> known = {
      {{Kind::user, "AllUsersFilter"}, all},
      {{Kind::user, "UserByIdsFilter"}, by_ids},
      {{Kind::user, "UserByHealthcarePartyIdFilter"},
       [](const Query& q) { return users_of(q, q.text("healthcarePartyId"), &Facts::hcp_id); }},
      {{Kind::user, "UsersByPatientIdFilter"},
       [](const Query& q) { return users_of(q, q.text("patientId"), &Facts::patient_id); }},
      {{Kind::hcp, "AllHealthcarePartiesFilter"}, all},
      {{Kind::hcp, "HealthcarePartyByIdsFilter"}, by_ids},
      {{Kind::patient, "PatientByHcPartyFilter"}, patients_of},
      {{Kind::patient, "PatientByDataOwnerModifiedAfterFilter"}, patients_modified},
      {{Kind::patient, "PatientByIdsFilter"}, by_ids},
      {{Kind::device, "AllDevicesFilter"}, all},
      {{Kind::device, "DeviceByIdsFilter"}, by_ids},
  };
  return known;
}

}  // namespace

Found match_filter(const Documents& documents, Kind kind, const Caller& caller,
                   const Json& filter) {
  if (!filter.is_object()) return std::nullopt;
  const Query query{documents, kind, caller, filter};
  const std::string type = query.text("$type").value_or(query.text("filterType").value_or(""));
  if (type == "UnionFilter") return combined(query, false);
  if (type == "IntersectionFilter") return combined(query, true);
  const auto at = filters().find({kind, type});
  return at == filters().end() ? std::nullopt : at->second(query);
}

}  // namespace icure::sandbox
