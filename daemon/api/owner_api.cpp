#include "daemon/api/owner_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/document.h"
#include "daemon/api/freshness_params.h"
#include "daemon/api/owner_kinds.h"
#include "daemon/api/schemas.h"

namespace icure::api {
namespace {

using ipc::param;

Error not_yours() {
  return {Code::forbidden, "none of the kinds that your rights cover has such a data owner",
          "an administrator can add further kinds to your [[access]] rule in the configuration"};
}

bool is_sealed(const store::Row& patient) {
  return patient.json.find(R"("encryptedSelf")") != std::string::npos;
}

}  // namespace

constexpr auto OwnerGet::params() {
  return std::tuple_cat(std::tuple(param("id", &OwnerGet::id, "the data owner's id")),
                        freshness_params<OwnerGet>());
}

constexpr auto OwnerList::params() {
  return std::tuple_cat(
      std::tuple(
          param("cursor", &OwnerList::cursor, "`next` of the page before"),
          param("limit", &OwnerList::limit, "rows of a page; default 100").range(1, kMostRows),
          param("type", &OwnerList::type, "only this kind; absent: all you may read")
              .allowed({"hcp", "patient", "device"}),
          param("ids", &OwnerList::ids, "only these data owners; at most 1000")),
      freshness_params<OwnerList>());
}

Result<Done> OwnerList::check() const {
  if (auto few = check_ids(ids); !few) return few.error();
  if (ids && cursor) return Error{Code::invalid, "ids cannot be combined with cursor"};
  return check_cursor(cursor);
}

void OwnerApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"owner.get", Role::reader, "One healthcare professional, patient or device",
               R"({"type":"object","properties":{"type":{"enum":["hcp","patient","device"]},)"
               R"("dataOwner":{"$ref":"#/components/schemas/DataOwner"},)"
               R"("decrypted":{"type":"boolean"},)"
               R"("unreadable":{"type":"array","items":{"type":"string"}},)"
               R"("meta":{"$ref":"#/components/schemas/Meta"}},)"
               R"("required":["type","dataOwner","decrypted","meta"]})",
               ipc::Effect::reads},
              *this, &OwnerApi::get);
  methods.add({"owner.list", Role::reader, "Data owners, page by page, in the order of their ids",
               rows_schema("TypedDataOwner"), ipc::Effect::reads},
              *this, &OwnerApi::list);
  methods.add({"owner.access", Role::reader, "May this data owner reach the platform?",
               object_schema(R"("access":{"type":"boolean"},"users":{"type":"array","items":{)"
                             R"("type":"object","properties":{"id":{"type":"string"},)"
                             R"("status":{"type":"string"}},"required":["id","status"]}},)"
                             R"("reason":{"type":"string"})"),
               ipc::Effect::reads},
              *this, &OwnerApi::access);
}

ipc::Methods::Answer OwnerApi::get(ipc::Call call, OwnerGet request) {
  const auto kinds = visible_owner_kinds(directory_, call.grant());
  if (kinds.empty()) {
    auto usable = owner_kinds(directory_, call.grant(), std::nullopt);
    co_return usable.error();
  }
  std::vector<std::string> ids;
  ids.push_back(request.id);
  auto found = rows_of(directory_, kinds, ids);
  if (!found) co_return found.error();
  auto source = Source::mirror;
  if (request.ask_platform()) {
    // Of an unknown id the kind is unknown too: all that it may be are asked.
    auto of = found->hits.empty() ? kinds : std::vector{found->hits.front().kind};
    const bool asked = co_await directory_.refresher.any_of(std::move(of), ids, call.stop());
    if (asked) source = Source::platform;
    directory_.point.end_turn();
    found = rows_of(directory_, kinds, ids);
    if (!found) co_return found.error();
  }
  if (found->hits.empty()) {
    auto missing = directory_.missing(kinds, "such data owner");
    // Of a hidden kind not even whether it exists is told: an unknown id is refused alike.
    const bool hidden = hides_owner_kinds(directory_, call.grant());
    if (hidden && missing.code == Code::not_found) missing = not_yours();
    co_return missing;
  }
  auto& hit = found->hits.front();
  call.concerns(hit.kind, hit.row.id);
  auto meta = directory_.meta({hit.kind}, source, request);
  if (!meta) co_return meta.error();
  auto about = with_source(std::move(*meta), *found);
  bool decrypted = false;
  std::vector<std::string> unread;
  if (hit.kind == Kind::patient && is_sealed(hit.row)) {
    if (call.grant().decrypted(hit.kind)) {
      auto read = co_await opened(hit.row);
      if (!read) co_return std::move(read).error();
      decrypted = !read->row.json.empty();
      if (decrypted) hit.row.json = std::move(read->row.json);
      unread = std::move(read->unread);
      if (!unread.empty() && call.grant().fields(hit.kind)) {  // paths would name hidden members
        unread.assign(1, "the record: some of it stays closed");
      }
    } else {
      unread.emplace_back("the record: encrypted, and your access rule does not say `decrypted`");
    }
  }
  std::string reply = R"({"type":")" + std::string(name_of(hit.kind)) + R"(","dataOwner":)";
  reply += outward(call.grant(), hit.kind, std::move(hit.row));
  reply += decrypted ? R"(,"decrypted":true)" : R"(,"decrypted":false)";
  if (!unread.empty()) reply += R"(,"unreadable":)" + nlohmann::json(unread).dump();
  reply += R"(,"meta":)" + to_json(std::move(about)) + '}';
  co_return reply;
}

/// As it was kept; opened now where it is newer than that, or a key that came since may open more.
Task<Result<store::DecryptedRow>> OwnerApi::opened(const store::Row& row) {
  auto kept = directory_.point.decrypted(row.id);
  if (!kept) co_return std::move(kept).error();
  if (*kept && (*kept)->unread.empty()) co_return std::move(**kept);
  auto now = co_await keys_.open(row.json);
  store::DecryptedRow read;
  read.row.json = std::move(now.json);
  read.unread = std::move(now.unread);
  co_return read;
}

ipc::Methods::Answer OwnerApi::list(ipc::Call call, OwnerList request) {
  auto kinds = owner_kinds(directory_, call.grant(), request.type);
  if (!kinds) co_return kinds.error();
  store::ListQuery query;
  query.limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  query.after = request.cursor ? *from_cursor(*request.cursor) : "";
  auto source = Source::mirror;
  if (request.ask_platform() && request.ids) {
    const bool asked = co_await directory_.refresher.any_of(*kinds, *request.ids, call.stop());
    if (asked) source = Source::platform;
    directory_.point.end_turn();
  } else if (request.ask_platform()) {
    auto shown = co_await list_kinds(directory_, *kinds, query);
    if (!shown) co_return shown.error();
    source = co_await directory_.refresh(*kinds, ids_of(*shown), call.stop());
  }
  auto meta = directory_.meta(*kinds, source, request);
  if (!meta) co_return meta.error();
  Result<Found> found = Found{};
  if (request.ids) {
    found = rows_of(directory_, *kinds, std::move(*request.ids));
  } else {
    found = co_await list_kinds(directory_, *kinds, query);
  }
  if (!found) co_return found.error();
  call.tells(found->hits.size());
  const auto about = with_source(std::move(*meta), *found);
  const auto next = found->next;
  const auto rows = owner_rows(call.grant(), std::move(*found));
  co_return list_reply(rows, next, about);
}

ipc::Methods::Answer OwnerApi::access(ipc::Call call, OwnerGet request) {
  const auto& grant = call.grant();
  if (auto seen = grant.check(Kind::user); !seen) co_return seen.error();
  auto allowed = check_members(
      grant, Kind::user, {"status", "healthcarePartyId", "patientId", "deviceId"}, "owner.access");
  if (!allowed) co_return allowed.error();
  if (auto complete = directory_.require_complete(Kind::user); !complete) {
    co_return complete.error();
  }
  // What is queued has not happened: nobody gets in by it, and nobody is kept out.
  auto users =
      co_await directory_.users_of(Directory::View::platform, request.id, request, call.stop());
  if (!users) co_return users.error();
  const auto& rows = users->rows;
  if (rows.empty()) {
    // Whether an owner of a hidden kind exists is not ours to tell: then nobody stands for it.
    const bool hidden = hides_owner_kinds(directory_, grant);
    const auto kinds = visible_owner_kinds(directory_, grant);
    std::vector<std::string> ids(1, request.id);
    auto known = rows_of(directory_, kinds, std::move(ids));
    if (!known) co_return known.error();
    if (known->hits.empty()) call.tells(0);
    if (known->hits.empty() && !hidden) co_return directory_.missing(kinds, "such data owner");
  }
  auto meta = directory_.meta({Kind::user}, users->source, request);
  if (!meta) co_return meta.error();

  auto listed = nlohmann::ordered_json::array();
  bool active = false;
  bool held = false;  // the platform says otherwise, and the brake keeps the row as it was
  for (const auto& row : rows) {
    auto status = text_member(row.json, "status");
    if (status.empty()) status = "ACTIVE";  // platform: a user without a status is an active one
    // What is held back from reads is held back from nobody's security.
    const bool cut_off = directory_.brake.cut_off(row.id);
    held = held || (status == "ACTIVE" && cut_off);
    active = active || (status == "ACTIVE" && !cut_off);
    listed.push_back({{"id", row.id}, {"status", std::move(status)}});
  }
  const auto* reason = active         ? "it has an active user"
                       : rows.empty() ? "no user stands for it"
                       : held
                           ? "its user was disabled or deleted on the platform (held for approval)"
                           : "none of its users is active";
  co_return R"({"access":)" + std::string(active ? "true" : "false") + R"(,"users":)" +
      listed.dump() + R"(,"reason":")" + reason + R"(","meta":)" + to_json(std::move(*meta)) + '}';
}

}  // namespace icure::api
