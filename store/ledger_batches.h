// The ledger's tables of braked batches. Internal; throws SQLite::Exception.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/batch.h"
#include "store/ledger_file.h"

namespace icure::store {

const char* batch_schema();

class LedgerBatches {
 public:
  explicit LedgerBatches(LedgerFile& file);

  void keep(const Batch& batch, const std::vector<HeldRow>& rows);
  std::vector<StandingBatch> standing();
  std::optional<Batch> find(std::string_view id);

 private:
  void tell(const Batch& batch);

  LedgerFile& file_;
  SQLite::Database& db_;
  Query keep_, forget_rows_, add_row_, forget_old_, standing_, rows_, find_;
};

}  // namespace icure::store
