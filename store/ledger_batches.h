// The ledger's tables of braked batches. Internal; throws SQLite::Exception.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/batch.h"
#include "store/sqlite.h"

namespace icure::store {

extern const char* const kBatchSchema;

class LedgerBatches {
 public:
  explicit LedgerBatches(SQLite::Database& db);

  /// In a transaction of its own.
  void keep(const Batch& batch, const std::vector<HeldRow>& rows);
  std::vector<StandingBatch> standing();
  std::optional<Batch> find(std::string_view id);

 private:
  SQLite::Database& db_;
  Query keep_, forget_rows_, add_row_, forget_old_, standing_, rows_, find_;
};

}  // namespace icure::store
