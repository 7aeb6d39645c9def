// The outbox's items as they are read from the ledger's file. Internal; throws SQLite::Exception
// wherever no Result says otherwise.
#pragma once
#include <string_view>
#include <vector>

#include "store/outbox.h"
#include "store/sqlite.h"

namespace icure::store {

class ItemRows {
 public:
  explicit ItemRows(SQLite::Database& db);

  /// Fails with not_found, or corrupt.
  Result<Item> find(std::string_view id) { return one(by_id_(id)); }
  Result<Item> find(std::int64_t number) { return one(by_number_(number)); }
  /// Without content. Fails with corrupt.
  Result<std::vector<Item>> list(const ItemQuery& query);
  Result<std::vector<Item>> unfinished(std::uint64_t after, std::size_t limit);
  std::vector<Step> steps(std::string_view id);

 private:
  Result<Item> one(Query::Rows rows);
  Result<std::vector<Item>> several(Query::Rows rows);
  Result<Item> from(const Query::Rows& rows);

  Query by_id_, by_number_, all_, by_state_, unfinished_, refers_, steps_;
};

Error unknown_item();

}  // namespace icure::store
