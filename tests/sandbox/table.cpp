#include "tests/sandbox/table.h"

#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Table::Table(const Population& population, Kind kind)
    : population_(population), kind_(kind), touched_(population.size(kind), false) {}

std::optional<Row> Table::find(std::string_view id) const {
  if (const auto at = changed_.find(id); at != changed_.end()) {
    if (at->second.purged) return std::nullopt;
    return Row(kind_, at->first, at->second);
  }
  if (const auto index = population_.index(kind_, id)) return Row(population_, kind_, *index);
  return std::nullopt;
}

void Table::each_live(const std::function<void(const Row&)>& visit) const {
  for (std::uint32_t i = 0; i < population_.size(kind_); ++i)
    if (!touched_[i]) visit(Row(population_, kind_, i));
  for (const auto& [id, entry] : changed_)
    if (!entry.purged && !entry.facts.deleted) visit(Row(kind_, id, entry));
}

std::string Table::store(Json doc) {
  const std::string id = doc.at("id").get<std::string>();
  const auto current = find(id);
  // A purged id that is created again must not get a revision that was seen before.
  const auto before = changed_.find(id);
  const bool was_deleted = current && current->deleted();
  const bool existed = current.has_value();
  const std::string last = current                    ? current->rev()
                           : before != changed_.end() ? before->second.rev
                                                      : std::string("0-");
  doc["rev"] = last;
  doc["rev"] = next_rev(last, doc.dump());
  Entry entry;
  entry.rev = doc["rev"].get<std::string>();
  entry.text = doc.dump();
  entry.facts = facts_of(doc);
  const bool is_deleted = entry.facts.deleted.has_value();
  const auto at = changed_.insert_or_assign(id, std::move(entry)).first;
  if (const auto index = population_.index(kind_, id)) touched_[*index] = true;
  ++version_;
  if (listener_) {
    const Change change = !existed      ? Change::created
                          : is_deleted  ? Change::deleted
                          : was_deleted ? Change::undeleted
                                        : Change::updated;
    listener_(Row(kind_, id, at->second), change);
  }
  return at->second.rev;
}

void Table::purge(const std::string& id) {
  Entry entry;
  entry.purged = true;
  if (const auto row = find(id)) entry.rev = row->rev();
  changed_[id] = std::move(entry);
  if (const auto index = population_.index(kind_, id)) touched_[*index] = true;
  ++version_;
}

}  // namespace icure::sandbox
