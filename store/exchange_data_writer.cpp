#include "store/exchange_data_writer.h"

#include "store/set_aside.h"

namespace icure::store {
namespace {

class SqliteExchangeDataWriter final : public ExchangeDataWriter {
 public:
  explicit SqliteExchangeDataWriter(SQLite::Database& db)
      : db_(db),
        same_(db, "SELECT 1 FROM exchange_data WHERE owner = ?1 AND id = ?2 AND doc = ?3"),
        ids_(db, "SELECT id FROM exchange_data WHERE owner = ?1"),
        put_(db,
             "INSERT OR REPLACE INTO exchange_data (owner, id, rev, doc) "
             "VALUES (?1, ?2, ?3, ?4)"),
        remove_(db, "DELETE FROM exchange_data WHERE owner = ?1 AND id = ?2"),
        of_(db,
            "SELECT id, rev, doc FROM exchange_data WHERE owner = ?1 AND id > ?2 ORDER BY id "
            "LIMIT ?3") {}

  Result<std::uint64_t> put(std::string_view owner,
                            const std::vector<Document>& documents) override {
    return guarded_mirror(db_, [&]() -> Result<std::uint64_t> {
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      std::uint64_t changed = 0;
      for (const auto& document : documents) {
        if (same_(owner, document.id, document.json).next()) continue;
        put_.run(owner, document.id, document.rev, document.json);
        ++changed;
      }
      transaction.commit();
      return changed;
    });
  }

  Result<Done> retain(std::string_view owner,
                      const std::set<std::string, std::less<>>& ids) override {
    return guarded_mirror(db_, [&]() -> Result<Done> {
      std::vector<std::string> gone;
      for (auto rows = ids_(owner); rows.next();) {
        if (!ids.contains(rows.text(0))) gone.emplace_back(rows.text(0));
      }
      if (gone.empty()) return Done{};
      SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
      for (const auto& id : gone) remove_.run(owner, id);
      transaction.commit();
      return Done{};
    });
  }

  Result<std::vector<Row>> of(std::string_view owner, std::string_view after,
                              std::size_t limit) override {
    return guarded_mirror(db_, [&]() -> Result<std::vector<Row>> {
      std::vector<Row> found;
      for (auto rows = of_(owner, after, static_cast<std::int64_t>(limit)); rows.next();) {
        found.push_back(
            {std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2))});
      }
      return found;
    });
  }

 private:
  SQLite::Database& db_;
  Query same_, ids_, put_, remove_, of_;
};

}  // namespace

std::unique_ptr<ExchangeDataWriter> make_exchange_data_writer(SQLite::Database& db) {
  return std::make_unique<SqliteExchangeDataWriter>(db);
}

}  // namespace icure::store
