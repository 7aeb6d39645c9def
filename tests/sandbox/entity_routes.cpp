// /hcparty, /patient and /device.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "tests/sandbox/collation.h"
#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"

namespace icure::sandbox {
namespace {

Reply one(const Documents& documents, Kind kind, const Call& call, const std::string& id) {
  const auto row = documents.table(kind).find(id);
  if (!row) return error_reply(404, "Not found");
  if (!documents.visible(*row, call.caller.circle)) return error_reply(403, "Access denied");
  return json_reply(row->text());
}

// Ordered by last name. Those that have none are not in the list at all, as on the platform.
Reply hcp_page(const Documents& documents, const Call& call) {
  const auto limit = limit_of(call.request);
  if (!limit) return error_reply(400, "limit is not a number");
  struct Named {
    std::string name, id;
    Row row;
  };
  const auto order = [](const Named& a, const Named& b) {
    const int names = collate(a.name, b.name);
    return names != 0 ? names < 0 : a.id < b.id;
  };
  std::vector<Named> all;
  const std::string name = call.request.parameter("startKey").value_or("");
  const std::string id = call.request.parameter("startDocumentId").value_or("");
  documents.table(Kind::hcp).each_live([&](const Row& row) {
    const Facts facts = row.facts();
    if (!facts.last_name) return;
    const int names = collate(*facts.last_name, name);
    if (names > 0 || (names == 0 && row.id() >= id))
      all.push_back({*facts.last_name, row.id(), row});
  });
  std::sort(all.begin(), all.end(), order);
  std::vector<Row> rows;
  for (const Named& each : all)
    if (rows.size() < *limit) rows.push_back(each.row);
  if (all.size() <= *limit) return document_page(rows, "", "");
  return document_page(rows, nlohmann::json(all[*limit].name).dump(), all[*limit].id);
}

std::int64_t number_in(const std::string& text, std::int64_t otherwise) {
  std::int64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Pages of patients by one of their times, soft-deleted ones too. `time` is empty for those that
// are not in the view.
Reply patients_by_time(const Documents& documents, const Call& call, std::int64_t from,
                       std::int64_t to, std::optional<std::int64_t> Facts::*time) {
  const auto limit = limit_of(call.request);
  if (!limit) return error_reply(400, "limit is not a number");
  std::vector<std::tuple<std::int64_t, std::string, Row>> all;
  const auto visit = [&](const Row& row) {
    const Facts facts = row.facts();
    if (!(facts.*time) || *(facts.*time) < from || *(facts.*time) > to) return;
    if (documents.visible(row, call.caller.circle)) all.emplace_back(*(facts.*time), row.id(), row);
  };
  const Table& patients = documents.table(Kind::patient);
  patients.each_live(visit);
  for (const auto& [id, entry] : patients.changed())
    if (!entry.purged && entry.facts.deleted) visit(Row(Kind::patient, id, entry));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  const std::pair start(number_in(call.request.parameter("startKey").value_or(""), from),
                        call.request.parameter("startDocumentId").value_or(""));
  std::vector<Row> rows;
  for (const auto& [moment, id, row] : all) {
    if (std::pair(moment, id) < start) continue;
    if (rows.size() == *limit) return document_page(rows, std::to_string(moment), id);
    rows.push_back(row);
  }
  return document_page(rows, "", "");
}

void add_patient_lists(Routes& routes, const Documents& documents) {
  routes.add("GET", "/rest/v2/patient/modifiedAfter/{}", [&](const Call& call) {
    return patients_by_time(documents, call, number_in(call.path[0], 0), INT64_MAX,
                            &Facts::modified);
  });
  routes.add("GET", "/rest/v2/patient/deleted/byDate", [&](const Call& call) {
    const std::int64_t from = number_in(call.request.parameter("startDate").value_or(""), 0);
    const std::int64_t to = number_in(call.request.parameter("endDate").value_or(""), INT64_MAX);
    return patients_by_time(documents, call, from, to, &Facts::deleted);
  });
}

}  // namespace

void add_entity_routes(Routes& routes, World& world) {
  const Documents& documents = world.documents;
  routes.add("GET", "/rest/v2/hcparty",
             [&](const Call& call) { return hcp_page(documents, call); });
  routes.add("GET", "/rest/v2/hcparty/current",
             [&](const Call& call) { return one(documents, Kind::hcp, call, call.caller.owner); });
  add_patient_lists(routes, documents);
  for (const Kind kind : {Kind::hcp, Kind::patient, Kind::device}) {
    const std::string base =
        "/rest/v2/" + (kind == Kind::hcp ? std::string("hcparty") : std::string(name_of(kind)));
    routes.add("POST", base + "/byIds", [&documents, kind](const Call& call) {
      return by_ids_reply(documents, kind, call);
    });
    routes.add("POST", base + "/match",
               [&documents, kind](const Call& call) { return match_reply(documents, kind, call); });
    routes.add("POST", base + "/filter", [&documents, kind](const Call& call) {
      return filter_reply(documents, kind, call);
    });
    routes.add("GET", base + "/{}", [&documents, kind](const Call& call) {
      return one(documents, kind, call, call.path[0]);
    });
  }
}

}  // namespace icure::sandbox
