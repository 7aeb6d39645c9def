#include "tests/sandbox/documents.h"

#include <algorithm>

namespace icure::sandbox {
namespace {

constexpr std::size_t kDeepest = 5;

}  // namespace

Documents::Documents(const Population& population)
    : population_(population),
      tables_{Table(population, Kind::user), Table(population, Kind::hcp),
              Table(population, Kind::patient), Table(population, Kind::device)},
      users_(tables_[slot(Kind::user)]) {}

std::optional<Row> Documents::live_owner(std::string_view id) const {
  for (const Kind kind : kOwnerKinds)
    if (auto row = table(kind).find(id); row && !row->deleted()) return row;
  return std::nullopt;
}

std::string Documents::owner_of(const Facts& user) {
  if (!user.hcp_id.empty()) return user.hcp_id;
  return !user.patient_id.empty() ? user.patient_id : user.device_id;
}

std::vector<Row> Documents::hierarchy(const std::string& owner) const {
  std::vector<Row> rows;
  std::string id = owner;
  while (!id.empty() && rows.size() < kDeepest) {
    const auto row = live_owner(id);
    if (!row) break;
    rows.push_back(*row);
    id = row->facts().parent_id;
  }
  return rows;
}

Circle Documents::circle(const std::string& owner) const {
  Circle circle;
  if (!owner.empty()) circle.insert(owner);
  for (const Row& row : hierarchy(owner)) circle.insert(row.id());
  return circle;
}

bool Documents::visible(const Row& row, const Circle& circle) {
  if (row.kind() != Kind::patient || circle.contains(row.id())) return true;
  const std::vector<std::string> readers = row.facts().readers;
  return std::any_of(readers.begin(), readers.end(),
                     [&](const std::string& reader) { return circle.contains(reader); });
}

std::uint64_t Documents::version() const {
  std::uint64_t sum = 0;
  for (const Table& each : tables_) sum += each.version();
  return sum;
}

}  // namespace icure::sandbox
