#include "tests/sandbox/row.h"

#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

std::string stub_of(const Json& doc) {
  Json stub = Json::object();
  const auto copy = [&](const char* key) {
    if (const auto at = doc.find(key); at != doc.end() && !at->is_null()) stub[key] = *at;
  };
  for (const char* key : {"id", "rev", "parentId"}) copy(key);
  for (const char* key : kStubMembers) copy(key);
  stub.emplace("publicKeysForOaepWithSha256", Json::array());  // the one that is never left out
  return stub.dump();
}

}  // namespace

Row::Row(const Population& population, Kind kind, std::uint32_t index)
    : kind_(kind), population_(&population), index_(index) {}

Row::Row(Kind kind, const std::string& id, const Entry& entry)
    : kind_(kind), id_(&id), entry_(&entry) {}

std::string Row::id() const {
  return entry_ ? *id_ : population_->id(kind_, index_);
}

std::string Row::rev() const {
  return entry_ ? entry_->rev : population_->rev(kind_, index_);
}

std::string Row::text() const {
  return entry_ ? entry_->text : population_->text(kind_, index_);
}

std::string Row::stub() const {
  return entry_ ? stub_of(Json::parse(entry_->text)) : population_->stub(kind_, index_);
}

Facts Row::facts() const {
  return entry_ ? entry_->facts : population_->facts(kind_, index_);
}

}  // namespace icure::sandbox
