#include "daemon/api/audit_api.h"

#include <nlohmann/json.hpp>

#include "daemon/base/hex.h"

namespace icure::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kDefaultRows = 100;

Json to_json(const store::AuditRow& row) {
  const auto& entry = row.entry;
  Json json = {
      {"seq", row.seq}, {"at", rfc3339(entry.at)}, {"uid", entry.uid}, {"program", entry.program}};
  if (!entry.actor.empty()) {
    json["actor"] = entry.actor;
    json["actor_verified"] = entry.actor_verified;
  }
  json["method"] = entry.method;
  if (entry.kind) json["kind"] = name_of(*entry.kind);
  if (!entry.id.empty()) json["id"] = entry.id;
  if (!entry.query.empty()) json["query"] = entry.query;
  if (entry.records) json["records"] = *entry.records;
  json["outcome"] = entry.outcome;
  json["count"] = entry.calls;
  json["hash"] = to_hex(row.hash);
  return json;
}

}  // namespace

void AuditApi::register_on(ipc::Methods& methods) {
  methods.add(
      {"audit.list", ipc::Role::admin, "Who read or changed which record, oldest first",
       R"({"type":"object","properties":{"rows":{"type":"array","items":)"
       R"({"$ref":"#/components/schemas/AuditEntry"}},"next":{"type":"integer","description":)"
       R"("there is more: `since` of the next page"}},"required":["rows"]})",
       ipc::Effect::reads},
      *this, &AuditApi::list);
  methods.add({"audit.verify", ipc::Role::admin, "Whether the audit log is whole",
               R"({"type":"object","properties":{"ok":{"type":"boolean"},"entries":{"type":)"
               R"("integer","description":"that hold"},"broken_at":{"type":"integer",)"
               R"("description":"the first entry that is missing or was changed"}},)"
               R"("required":["ok","entries"]})",
               ipc::Effect::none},
              *this, &AuditApi::verify);
}

ipc::Methods::Answer AuditApi::list(ipc::Call call, AuditList request) {
  co_await trail_.flush();
  const auto since = static_cast<std::uint64_t>(request.since.value_or(0));
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultRows));
  auto rows =
      co_await trail_.list(since, limit + 1);  // one more tells whether there is a next page
  if (!rows) co_return std::move(rows).error();
  const bool more = rows->size() > limit;
  if (more) rows->resize(limit);
  call.tells(rows->size());
  Json json = {{"rows", Json::array()}};
  for (const auto& row : *rows) json["rows"].push_back(to_json(row));
  if (more) json["next"] = rows->back().seq;
  co_return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ipc::Methods::Answer AuditApi::verify(ipc::Call call, ipc::NoParams) {
  co_await trail_.flush();
  auto walk = co_await trail_.verify(call.stop());
  if (!walk) co_return std::move(walk).error();
  Json json = {{"ok", !walk->broken_at}, {"entries", walk->entries}};
  if (walk->broken_at) json["broken_at"] = *walk->broken_at;
  co_return json.dump();
}

}  // namespace icure::api
