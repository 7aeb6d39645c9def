#include "tests/sandbox/writes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/dto.h"
#include "tests/sandbox/user_rules.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

bool has(const Json& doc, const char* key) {
  const auto at = doc.find(key);
  return at != doc.end() && !at->is_null();
}

bool is_valid_id(const Json& doc) {
  const auto at = doc.find("id");
  if (at == doc.end() || !at->is_string()) return false;
  const auto id = at->get<std::string>();
  return !id.empty() && std::none_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' ||
           std::string_view("/\\?#%;").find(c) != std::string_view::npos;
  });
}

// The platform forgets what its DTO does not know; null and absence are one to it. What a document
// of ours had at the start is kept, so that sending it back as it came changes nothing.
Json known_part(Kind kind, const Json& sent, const Json* stored) {
  Json kept = {{"id", sent.at("id")}, {"rev", ""}};
  for (const auto& member : sent.items()) {
    const bool had = stored != nullptr && stored->contains(member.key());
    if (!had && !is_known_member(kind, member.key())) continue;
    if (member.value().is_null() && !(had && stored->at(member.key()).is_null())) continue;
    kept[member.key()] = member.value();
  }
  return kept;
}

std::optional<Reply> apply_owner_rules(Kind kind, const Json* stored, Json& sent) {
  if (kind == Kind::patient) {
    if (!has(sent, "firstName") && !has(sent, "lastName") && !has(sent, "encryptedSelf") &&
        !has(sent, "deletionDate"))
      return error_reply(400, "A patient needs a firstName, a lastName or an encryptedSelf");
    if (stored != nullptr &&
        stored->value("securityMetadata", Json()) != sent.value("securityMetadata", Json()))
      return error_reply(400, "Impossible to modify securityMetadata with this method");
    return std::nullopt;
  }
  if (kind == Kind::hcp && !has(sent, "name") && !has(sent, "lastName") && !has(sent, "ssin") &&
      !has(sent, "nihii"))
    return error_reply(400, "A healthcare party needs a name, a lastName, an ssin or a nihii");
  // Only where they are null: the platform never moves `modified`.
  for (const char* key : {"created", "modified"})
    if (!has(sent, key)) sent[key] = now_ms();
  return std::nullopt;
}

Reply stored_reply(const World& world, Kind kind, const std::string& id) {
  return json_reply(world.documents.table(kind).find(id)->text());
}

// Rules, then the id's conflict, then the store; `stored` is null for a new document.
Reply store(World& world, Kind kind, const Json* stored, const Json& sent) {
  Json doc = known_part(kind, sent, stored);
  const auto id = doc.at("id").get<std::string>();
  Secrets secrets;
  auto refused = kind == Kind::user ? apply_user_rules(world, stored, doc, secrets)
                                    : apply_owner_rules(kind, stored, doc);
  if (refused) return *refused;
  Table& table = world.documents.table(kind);
  if (stored == nullptr && table.find(id)) return error_reply(409, "Document update conflict");
  const Json empties = empty_members(kind);
  for (const auto& member : empties.items())
    if (!doc.contains(member.key())) doc[member.key()] = member.value();
  table.store(std::move(doc));
  keep(world.credentials, id, secrets);
  return stored_reply(world, kind, id);
}

}  // namespace

std::optional<Reply> refuse_to_create(const Json& sent) {
  if (!sent.is_object()) return error_reply(400, "Malformed JSON");
  if (!is_valid_id(sent)) return error_reply(400, "A valid id is required");
  if (has(sent, "rev")) return error_reply(400, "A new entity should not have a rev");
  return std::nullopt;
}

std::optional<Reply> refuse_to_modify(const Json& sent) {
  if (!sent.is_object()) return error_reply(400, "Malformed JSON");
  if (!is_valid_id(sent)) return error_reply(400, "A valid id is required");
  if (!has(sent, "rev") || !sent.at("rev").is_string())
    return error_reply(400, "A modified entity should have a rev");
  return std::nullopt;
}

Reply create_document(World& world, Kind kind, const Json& sent) {
  return store(world, kind, nullptr, sent);
}

Reply modify_document(World& world, Kind kind, const Circle& circle, const Json& sent) {
  const auto id = sent.at("id").get<std::string>();
  if (auto refused = refuse_change(world, kind, circle, id, sent.at("rev").get<std::string>()))
    return *refused;
  const Json stored = Json::parse(world.documents.table(kind).find(id)->text());
  return store(world, kind, &stored, sent);
}

std::optional<Reply> refuse_change(const World& world, Kind kind, const Circle& circle,
                                   const std::string& id, const std::optional<std::string>& rev) {
  const auto row = world.documents.table(kind).find(id);
  if (!row) return error_reply(404, "Not found");
  if (!Documents::visible(*row, circle)) return error_reply(403, "Access denied");
  if (rev && *rev != row->rev()) return error_reply(409, "Document update conflict");
  return std::nullopt;
}

}  // namespace icure::sandbox
