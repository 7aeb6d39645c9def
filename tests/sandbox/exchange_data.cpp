#include "tests/sandbox/exchange_data.h"

#include "tests/sandbox/ids.h"

namespace icure::sandbox {

bool ExchangeData::is_kind(std::string_view name) {
  return name == "exchangedata" || name == "exchangedatamap" || name == "recoverydata";
}

std::optional<std::string> ExchangeData::add(std::string_view kind, Json doc) {
  const auto id = doc.at("id").get<std::string>();
  auto& documents = kind == "exchangedata" ? data_ : kind == "exchangedatamap" ? maps_ : recovery_;
  if (documents.contains(id)) return std::nullopt;
  const std::string rev = next_rev("0-", doc.dump());
  doc["rev"] = rev;
  documents[id] = std::move(doc);
  return rev;
}

std::optional<std::string> ExchangeData::replace(Json doc) {
  const auto at = data_.find(doc.at("id").get<std::string>());
  if (at == data_.end() || at->second.at("rev") != doc.at("rev")) return std::nullopt;
  const std::string rev = next_rev(doc.at("rev").get<std::string>(), doc.dump());
  doc["rev"] = rev;
  at->second = std::move(doc);
  return rev;
}

const ExchangeData::Json* ExchangeData::find(const std::string& id) const {
  const auto at = data_.find(id);
  return at == data_.end() ? nullptr : &at->second;
}

const ExchangeData::Json* ExchangeData::find_map(const std::string& id) const {
  const auto at = maps_.find(id);
  return at == maps_.end() ? nullptr : &at->second;
}

const ExchangeData::Json* ExchangeData::find_recovery(const std::string& id) const {
  const auto at = recovery_.find(id);
  return at == recovery_.end() ? nullptr : &at->second;
}

void ExchangeData::each_of(const std::string& participant, const std::string& start,
                           const std::function<void(const Json&)>& visit) const {
  for (auto at = data_.lower_bound(start); at != data_.end(); ++at) {
    const Json& doc = at->second;
    if (doc.value("delegator", "") == participant || doc.value("delegate", "") == participant)
      visit(doc);
  }
}

}  // namespace icure::sandbox
