#include "tests/sandbox/filters.h"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::string>;
using Found = std::optional<Ids>;

struct Query {
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
  std::string type() const { return text("$type").value_or(text("filterType").value_or("")); }
};

using Passed = std::optional<bool>;
using Test = std::function<Passed(const Query&, const Row&)>;
using List = std::function<Found(const Documents&, const Query&)>;

Passed any(const Query&, const Row&) {
  return true;
}

std::optional<Ids> ids_in(const Query& query) {
  const auto at = query.filter.find("ids");
  if (at == query.filter.end() || !at->is_array()) return std::nullopt;
  Ids ids;
  for (const Json& id : *at) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

Passed is_among_ids(const Query& query, const Row& row) {
  const auto ids = ids_in(query);
  if (!ids) return std::nullopt;
  return std::find(ids->begin(), ids->end(), row.id()) != ids->end();
}

// Echoes ids that do not exist, as the platform does.
Found echoed_ids(const Documents&, const Query& query) {
  return ids_in(query);
}

Test linked(const char* key, std::string Facts::*link) {
  return [key, link](const Query& query, const Row& row) -> Passed {
    const auto owner = query.text(key);
    return owner ? Passed(row.facts().*link == *owner) : std::nullopt;
  };
}

List users_linked(const char* key, std::string Facts::*link) {
  return [key, link](const Documents& documents, const Query& query) -> Found {
    const auto owner = query.text(key);
    if (!owner) return std::nullopt;
    Ids ids;
    for (const Row& row : documents.users().of_owner(*owner))
      if (row.facts().*link == *owner) ids.push_back(row.id());
    return ids;
  };
}

bool reads(const Facts& facts, const std::string& owner) {
  return std::find(facts.readers.begin(), facts.readers.end(), owner) != facts.readers.end();
}

Passed is_patient_of(const Query& query, const Row& row) {
  const std::string owner = query.text("healthcarePartyId").value_or(query.caller.owner);
  return reads(row.facts(), owner) && Documents::visible(row, query.caller.circle);
}

bool starts(const Json& doc, const char* key, const std::string& beginning) {
  const auto at = doc.find(key);
  return at != doc.end() && at->is_string() && at->get<std::string>().starts_with(beginning);
}

Passed is_found(const Query& query, const Row& row) {
  const auto beginning = query.text("searchString");
  if (!beginning) return std::nullopt;
  const Json doc = Json::parse(row.text(), nullptr, false);
  return doc.is_object() && (starts(doc, "name", *beginning) || starts(doc, "email", *beginning) ||
                             starts(doc, "mobilePhone", *beginning));
}

Passed has_responsible(const Query& query, const Row& row) {
  const Json doc = Json::parse(row.text(), nullptr, false);
  return doc.is_object() &&
         doc.value("responsible", "") == query.text("responsibleId").value_or(query.caller.owner);
}

std::optional<std::int64_t> moment_of(const Facts& facts) {
  return facts.modified ? facts.modified : facts.created;
}

Passed is_modified(const Query& query, const Row& row) {
  const auto owner = query.text("dataOwnerId");
  if (!owner) return std::nullopt;
  const Facts facts = row.facts();
  const auto moment = moment_of(facts);
  return moment && *moment >= query.number("startDate", 0) &&
         *moment <= query.number("endDate", INT64_MAX) && reads(facts, *owner) &&
         Documents::visible(row, query.caller.circle);
}

Found patients_modified(const Documents& documents, const Query& query) {
  if (!query.text("dataOwnerId")) return std::nullopt;
  std::vector<std::pair<std::int64_t, std::string>> found;
  documents.table(Kind::patient).each_live([&](const Row& row) {
    if (is_modified(query, row).value_or(false))
      found.emplace_back(*moment_of(row.facts()), row.id());
  });
  std::sort(found.begin(), found.end());
  if (query.filter.value("descending", false)) std::reverse(found.begin(), found.end());
  Ids ids;
  for (auto& each : found) ids.push_back(std::move(each.second));
  return ids;
}

struct Filter {
  Test passes;
  List list = {};  // absent: all live documents that pass
};

const std::map<std::pair<Kind, std::string>, Filter>& filters() {
  constexpr const char* kHcp = "healthcarePartyId";
  constexpr const char* kPatient = "patientId";
  static const std::map<std::pair<Kind, std::string>, Filter> known = {
      {{Kind::user, "AllUsersFilter"}, {any}},
      {{Kind::user, "UserByIdsFilter"}, {is_among_ids, echoed_ids}},
      {{Kind::user, "UserByHealthcarePartyIdFilter"},
       {linked(kHcp, &Facts::hcp_id), users_linked(kHcp, &Facts::hcp_id)}},
      {{Kind::user, "UsersByPatientIdFilter"},
       {linked(kPatient, &Facts::patient_id), users_linked(kPatient, &Facts::patient_id)}},
      {{Kind::user, "UserByNameEmailPhoneFilter"}, {is_found}},
      {{Kind::hcp, "AllHealthcarePartiesFilter"}, {any}},
      {{Kind::hcp, "HealthcarePartyByParentIdFilter"}, {linked("parentId", &Facts::parent_id)}},
      {{Kind::hcp, "HealthcarePartyByIdsFilter"}, {is_among_ids, echoed_ids}},
      {{Kind::patient, "PatientByHcPartyFilter"}, {is_patient_of}},
      {{Kind::patient, "PatientByDataOwnerModifiedAfterFilter"}, {is_modified, patients_modified}},
      {{Kind::patient, "PatientByIdsFilter"}, {is_among_ids, echoed_ids}},
      {{Kind::device, "AllDevicesFilter"}, {any}},
      {{Kind::device, "DeviceByHcPartyFilter"}, {has_responsible}},
      {{Kind::device, "DeviceByIdsFilter"}, {is_among_ids, echoed_ids}},
  };
  return known;
}

enum class Join { all, some };

std::optional<Join> join_of(const Query& query) {
  const std::string type = query.type();
  const auto parts = query.filter.find("filters");
  if (parts == query.filter.end() || !parts->is_array()) return std::nullopt;
  if (type == "UnionFilter") return Join::some;
  return type == "IntersectionFilter" ? std::optional(Join::all) : std::nullopt;
}

Found joined(const Documents& documents, const Query& query, Join join) {
  std::map<std::string, std::size_t> seen;
  const Json& parts = query.filter.at("filters");
  for (const Json& part : parts) {
    const Found found = match_filter(documents, query.kind, query.caller, part);
    if (!found) return std::nullopt;
    for (const std::string& id : std::set<std::string>(found->begin(), found->end())) ++seen[id];
  }
  Ids ids;
  for (const auto& [id, times] : seen)
    if (join == Join::some || times == parts.size()) ids.push_back(id);
  return ids;
}

Passed joined(const Row& row, const Query& query, Join join) {
  std::size_t times = 0;
  const Json& parts = query.filter.at("filters");
  for (const Json& part : parts) {
    const Passed passed = passes_filter(row, query.caller, part);
    if (!passed) return std::nullopt;
    if (*passed) ++times;
  }
  return join == Join::some ? times > 0 : times == parts.size();
}

}  // namespace

Found match_filter(const Documents& documents, Kind kind, const Caller& caller,
                   const Json& filter) {
  if (!filter.is_object()) return std::nullopt;
  const Query query{kind, caller, filter};
  if (const auto join = join_of(query)) return joined(documents, query, *join);
  const auto at = filters().find({kind, query.type()});
  if (at == filters().end()) return std::nullopt;
  const Filter& known = at->second;
  if (known.list) return known.list(documents, query);
  std::vector<std::string> ids;
  documents.table(kind).each_live([&](const Row& row) {
    if (known.passes(query, row).value_or(false)) ids.push_back(row.id());
  });
  return ids;
}

std::optional<bool> passes_filter(const Row& row, const Caller& caller, const Json& filter) {
  if (!filter.is_object()) return std::nullopt;
  const Query query{row.kind(), caller, filter};
  if (const auto join = join_of(query)) return joined(row, query, *join);
  const auto at = filters().find({row.kind(), query.type()});
  return at == filters().end() ? std::nullopt : at->second.passes(query, row);
}

}  // namespace icure::sandbox
