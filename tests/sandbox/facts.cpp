#include "tests/sandbox/facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
std::optional<T> member(const Json& doc, const char* key) {
  const auto at = doc.find(key);
  if (at == doc.end() || at->is_null()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) {
    if (!at->is_string()) return std::nullopt;
  } else {
    if (!at->is_number()) return std::nullopt;
  }
  return at->template get<T>();
}

std::string text(const Json& doc, const char* key) {
  return member<std::string>(doc, key).value_or("");
}

void add_reader(std::vector<std::string>& readers, std::string id) {
  if (!id.empty() && std::find(readers.begin(), readers.end(), id) == readers.end())
    readers.push_back(std::move(id));
}

std::vector<std::string> readers_of(const Json& doc) {
  std::vector<std::string> readers;
  const auto delegations = doc.find("delegations");
  if (delegations != doc.end() && delegations->is_object())
    for (const auto& entry : delegations->items()) add_reader(readers, entry.key());
  const auto metadata = doc.find("securityMetadata");
  if (metadata == doc.end() || !metadata->is_object()) return readers;
  const auto secure = metadata->find("secureDelegations");
  if (secure == metadata->end() || !secure->is_object()) return readers;
  for (const auto& entry : secure->items()) {
    if (!entry.value().is_object()) continue;
    add_reader(readers, text(entry.value(), "delegate"));
    add_reader(readers, text(entry.value(), "delegator"));
  }
  return readers;
}

}  // namespace

Facts facts_of(const Json& doc) {
  Facts facts;
  facts.login = member<std::string>(doc, "login");
  facts.email = text(doc, "email");
  facts.phone = text(doc, "mobilePhone");
  facts.status = text(doc, "status");
  facts.has_password = !text(doc, "passwordHash").empty();
  facts.hcp_id = text(doc, "healthcarePartyId");
  facts.patient_id = text(doc, "patientId");
  facts.device_id = text(doc, "deviceId");
  facts.last_name = member<std::string>(doc, "lastName");
  facts.parent_id = text(doc, "parentId");
  facts.created = member<std::int64_t>(doc, "created");
  facts.modified = member<std::int64_t>(doc, "modified");
  facts.deleted = member<std::int64_t>(doc, "deletionDate");
  facts.readers = readers_of(doc);
  return facts;
}

}  // namespace icure::sandbox
