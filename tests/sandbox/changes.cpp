#include "tests/sandbox/changes.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/sandbox/dice.h"
#include "tests/sandbox/dto.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Json> read(const Documents& documents, Kind kind, const std::string& id) {
  const auto row = documents.table(kind).find(id);
  return row ? std::optional(Json::parse(row->text())) : std::nullopt;
}

bool is_deleted(const Json& doc) {
  const auto at = doc.find("deletionDate");
  return at != doc.end() && !at->is_null();
}

void forget_readers(Json& doc, const Circle& circle) {
  for (const char* key : {"delegations", "encryptionKeys", "cryptedForeignKeys"})
    if (doc.contains(key))
      for (const std::string& reader : circle) doc[key].erase(reader);
  if (!doc.contains("securityMetadata") || !doc["securityMetadata"].is_object()) return;
  Json& secure = doc["securityMetadata"]["secureDelegations"];
  Json kept = Json::object();
  for (const auto& each : secure.items())
    if (!circle.contains(each.value().value("delegate", "")) &&
        !circle.contains(each.value().value("delegator", "")))
      kept[each.key()] = each.value();
  secure = std::move(kept);
}

}  // namespace

Revision change(Documents& documents, Kind kind, const std::string& id,
                const nlohmann::json& patch) {
  auto doc = read(documents, kind, id);
  if (!doc || !patch.is_object()) return std::nullopt;
  doc->merge_patch(Json(patch));
  (*doc)["id"] = id;
  return documents.table(kind).store(std::move(*doc));
}

Revision create(Documents& documents, Kind kind, Json& doc) {
  if (!doc.contains("id")) {
    const std::uint64_t fresh =
        mix(documents.version(), static_cast<std::uint64_t>(now_ms()), 0x6372);
    doc["id"] = Ids::uuid(fresh, mix(fresh));
  }
  if (documents.table(kind).find(doc["id"].get<std::string>())) return std::nullopt;
  Json whole = {{"id", doc["id"]}, {"rev", ""}, {"created", now_ms()}};
  if (kind == Kind::user) whole["status"] = "ACTIVE";
  if (kind == Kind::user) whole["groupId"] = documents.population().group_id();
  whole.update(empty_members(kind));
  whole.update(doc);
  return documents.table(kind).store(std::move(whole));
}

Revision soft_delete(Documents& documents, Kind kind, const std::string& id) {
  auto doc = read(documents, kind, id);
  if (!doc || is_deleted(*doc)) return std::nullopt;
  (*doc)["deletionDate"] = now_ms();
  return documents.table(kind).store(std::move(*doc));
}

Revision undelete(Documents& documents, Kind kind, const std::string& id) {
  auto doc = read(documents, kind, id);
  if (!doc || !is_deleted(*doc)) return std::nullopt;
  doc->erase("deletionDate");
  return documents.table(kind).store(std::move(*doc));
}

bool purge(Documents& documents, Kind kind, const std::string& id) {
  if (!documents.table(kind).find(id)) return false;
  documents.table(kind).purge(id);
  return true;
}

Revision hide(Documents& documents, const std::string& patient, const Circle& circle) {
  auto doc = read(documents, Kind::patient, patient);
  if (!doc) return std::nullopt;
  forget_readers(*doc, circle);
  return documents.table(Kind::patient).store(std::move(*doc));
}

Revision share(Documents& documents, const std::string& patient, const std::string& reader) {
  auto doc = read(documents, Kind::patient, patient);
  if (!doc) return std::nullopt;
  const Json delegation = {
      {"owner", reader}, {"delegatedTo", reader}, {"key", "00"}, {"tags", Json::array()}};
  (*doc)["delegations"][reader] = Json::array({delegation});
  return documents.table(Kind::patient).store(std::move(*doc));
}

}  // namespace icure::sandbox
