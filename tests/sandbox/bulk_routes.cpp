// Several documents in one request. What cannot be stored or deleted is left out of the answer and
// told in no other way.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/listing.h"
#include "tests/sandbox/platform.h"
#include "tests/sandbox/writes.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

enum class Write { create, modify };
enum class Answer { documents, revisions };
enum class Fate { deleted, undeleted, purged };

std::vector<Row> rows_of(const World& world, Kind kind, const std::vector<std::string>& ids) {
  std::vector<Row> rows;
  rows.reserve(ids.size());
  for (const std::string& id : ids) rows.push_back(*world.documents.table(kind).find(id));
  return rows;
}

Json revision_of(const Row& row) {
  return {{"id", row.id()}, {"rev", row.rev()}};
}

Reply listed(const std::vector<Row>& rows, Answer answer) {
  if (answer == Answer::documents) return document_list(rows);
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(revision_of(row));
  return list_reply(list.dump());
}

// Two of one batch may not share what only one user may have.
bool repeats_contact(const Json& sent) {
  for (const char* key : {"login", "email", "mobilePhone"}) {
    std::set<std::string> seen;
    for (const Json& doc : sent)
      if (const auto at = doc.find(key); at != doc.end() && at->is_string())
        if (!seen.insert(at->get<std::string>()).second) return true;
  }
  return false;
}

Reply store_all(World& world, Kind kind, const Call& call, Write write, Answer answer) {
  const Json sent = Json::parse(call.request.body, nullptr, false);
  if (!sent.is_array()) return error_reply(400, "Malformed JSON");
  for (const Json& doc : sent)
    if (auto refused = write == Write::create ? refuse_to_create(doc) : refuse_to_modify(doc))
      return *refused;
  if (kind == Kind::user && repeats_contact(sent))
    return error_reply(400, "Users of one batch share a login, an email or a phone");
  std::vector<std::string> stored;
  for (const Json& doc : sent) {
    const Reply reply = write == Write::create
                            ? create_document(world, kind, doc)
                            : modify_document(world, kind, call.caller.circle, doc);
    if (reply.status == 200) stored.push_back(doc.at("id").get<std::string>());
  }
  return listed(rows_of(world, kind, stored), answer);
}

struct Named {
  std::string id;
  std::optional<std::string> rev;
};

// `{"ids":[...]}`: of texts, or of {"id","rev"}.
std::optional<std::vector<Named>> named(const Request& request, bool with_rev) {
  std::vector<Named> out;
  if (!with_rev) {
    const auto ids = ids_of(request);
    if (!ids) return std::nullopt;
    for (const std::string& id : *ids) out.push_back({id, std::nullopt});
    return out;
  }
  const auto body = parse_json(request.body);
  if (!body || !body->is_object() || body->size() != 1 || !body->contains("ids"))
    return std::nullopt;
  for (const auto& each : body->at("ids")) {
    if (!each.is_object() || !each.contains("id") || !each.contains("rev")) return std::nullopt;
    out.push_back({each.at("id"), each.at("rev").get<std::string>()});
  }
  return out;
}

Reply end_all(World& world, Kind kind, const Call& call, Fate fate, bool with_rev) {
  const auto asked = named(call.request, with_rev);
  if (!asked) return error_reply(400, "Expected ids and nothing else");
  Json ended = Json::array();
  std::vector<std::string> back;
  for (const auto& [id, rev] : *asked) {
    if (refuse_change(world, kind, call.caller.circle, id, rev)) continue;
    if (fate == Fate::purged) {
      ended.push_back({{"id", id}, {"rev", *rev}});
      purge(world.documents, kind, id);
    } else if (fate == Fate::undeleted) {
      if (undelete(world.documents, kind, id)) back.push_back(id);
    } else if (const auto next = soft_delete(world.documents, kind, id)) {
      ended.push_back({{"id", id}, {"rev", *next}});
    }
  }
  if (fate != Fate::undeleted) return list_reply(ended.dump());
  return document_list(rows_of(world, kind, back));
}

}  // namespace

void add_bulk_routes(Routes& routes, World& world) {
  const auto both = [&](Kind kind, const std::string& path, Answer answer) {
    for (const Write write : {Write::create, Write::modify})
      routes.add(write == Write::create ? "POST" : "PUT", path,
                 [&world, kind, write, answer](const Call& call) {
                   return store_all(world, kind, call, write, answer);
                 });
  };
  for (const Kind kind : kKinds) {
    const std::string base =
        "/rest/v2/" + (kind == Kind::hcp ? std::string("hcparty") : std::string(name_of(kind)));
    both(kind, base + "/batch", kind == Kind::patient ? Answer::revisions : Answer::documents);
    const auto end = [&](const std::string& path, Fate fate, bool with_rev) {
      routes.add("POST", base + path, [&world, kind, fate, with_rev](const Call& call) {
        return end_all(world, kind, call, fate, with_rev);
      });
    };
    end("/delete/batch", Fate::deleted, kind == Kind::user);  // a user's always says the rev
    if (kind != Kind::user) end("/delete/batch/withrev", Fate::deleted, true);
    end("/undelete/batch", Fate::undeleted, true);
    end("/purge/batch", Fate::purged, true);
  }
  both(Kind::patient, "/rest/v2/patient/batch/full", Answer::documents);
  both(Kind::patient, "/rest/v2/patient/batch/minimal", Answer::revisions);
  // Clients of that model know the older answer only.
  both(Kind::device, "/rest/v2/device/bulk",
       world.options.cardinal ? Answer::revisions : Answer::documents);
}

}  // namespace icure::sandbox
