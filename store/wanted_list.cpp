#include "store/wanted_list.h"

#include "store/mirror_schema.h"

namespace icure::store {

WantedList::WantedList(SQLite::Database& db)
    : db_(db),
      add_(db, "INSERT OR IGNORE INTO wanted (kind, id) VALUES (?1, ?2)"),
      first_(db, "SELECT id FROM wanted WHERE kind = ?1 ORDER BY id LIMIT ?2"),
      forget_(db, "DELETE FROM wanted WHERE kind = ?1 AND id <= ?2"),
      clear_(db, "DELETE FROM wanted WHERE kind = ?1") {}

std::uint64_t WantedList::add(Kind kind, const std::vector<std::string_view>& ids) {
  if (ids.empty()) return 0;
  std::uint64_t added = 0;
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  for (const auto id : ids) {
    add_.run(number_of(kind), id);
    added += static_cast<std::uint64_t>(db_.getChanges());
  }
  transaction.commit();
  return added;
}

std::vector<std::string> WantedList::take(Kind kind, std::size_t limit) {
  std::vector<std::string> taken;
  for (auto rows = first_(number_of(kind), static_cast<std::int64_t>(limit)); rows.next();) {
    taken.emplace_back(rows.text(0));
  }
  if (!taken.empty()) forget_.run(number_of(kind), taken.back());
  return taken;
}

void WantedList::clear(Kind kind) {
  clear_.run(number_of(kind));
}

}  // namespace icure::store
