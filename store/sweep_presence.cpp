#include "store/sweep_presence.h"

namespace icure::store {

std::vector<std::string_view> SweepPresence::mark(Kind kind, const std::vector<std::string>& ids) {
  std::vector<std::string_view> unknown;
  for (const auto& id : ids) {
    auto* entry = intake_.sweep(kind)->revisions.find(intake_.hash(id));
    if (entry) entry->present = true;
    if (!entry || entry->rev == 0) unknown.push_back(id);
  }
  return unknown;
}

void SweepPresence::unmark(Kind kind, const std::vector<std::string>& ids) {
  auto& sweep = intake_.sweep(kind);
  if (!sweep) return;
  for (const auto& id : ids) {
    if (auto* entry = sweep->revisions.find(intake_.hash(id))) entry->present = false;
  }
}

/// That every row is findable, and a sweep begun.
Result<Done> SweepPresence::index_sweep(Kind kind) {
  auto indexed = intake_.index_all(kind);
  if (indexed && !intake_.sweep(kind)) return no_sweep(kind);
  return indexed;
}

bool SweepPresence::is_present(Kind kind, std::string_view id) {
  const auto* entry = intake_.sweep(kind)->revisions.find(intake_.hash(id));
  return entry && entry->present;
}

/// Whether that row was asked for before `asked`, though answered later.
bool SweepPresence::was_overtaken(Kind kind, std::string_view id, Order asked) {
  const auto& overtaken = intake_.sweep(kind)->overtaken;
  const auto at = overtaken.find(intake_.hash(id));
  return at != overtaken.end() && at->second < asked;
}

Result<std::vector<std::string>> SweepPresence::absent(Kind kind, Order asked) {
  if (auto indexed = index_sweep(kind); !indexed) return std::move(indexed).error();
  std::vector<std::string> found;
  auto& tables = intake_.tables(kind);
  tables.each_id("", [&](std::int64_t row, std::string_view id) {
    if (is_present(kind, id)) return true;
    const auto stored = tables.by_row(row, id);
    if (stored && (stored->answered < asked || was_overtaken(kind, id, asked))) {
      found.emplace_back(id);
    }
    return true;
  });
  return found;
}

Result<std::vector<std::string>> SweepPresence::passed_over(Kind kind) {
  if (auto indexed = index_sweep(kind); !indexed) return std::move(indexed).error();
  std::vector<std::string> found;
  intake_.tables(kind).each_id("", [&](std::int64_t, std::string_view id) {
    const auto* entry = intake_.sweep(kind)->revisions.find(intake_.hash(id));
    if (entry && entry->present && !entry->walked) found.emplace_back(id);
    return true;
  });
  return found;
}

Result<std::vector<std::string>> SweepPresence::after(Kind kind, const std::string& id,
                                                      std::size_t limit) {
  if (auto indexed = index_sweep(kind); !indexed) return std::move(indexed).error();
  std::vector<std::string> found;
  intake_.tables(kind).each_id(id, [&](std::int64_t, std::string_view next) {
    if (found.size() == limit) return false;
    if (is_present(kind, next)) found.emplace_back(next);
    return true;
  });
  return found;
}

Result<std::vector<std::string>> SweepPresence::outdated(Kind kind,
                                                         const std::vector<Stub>& stubs) {
  auto& sweep = intake_.sweep(kind);
  IdTable own;
  if (!sweep) {
    auto indexed = intake_.index_all(kind);
    if (!indexed) return std::move(indexed).error();
    own = intake_.table_of(kind, stubs);
  }
  IdTable& table = sweep ? sweep->revisions : own;
  std::vector<std::string> found;
  for (const auto& stub : stubs) {
    const auto* entry = table.find(intake_.hash(stub.id));
    if (!entry || entry->rev != intake_.hash(stub.rev)) found.emplace_back(stub.id);
  }
  return found;
}

}  // namespace icure::store
