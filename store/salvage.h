// What can still be read of a ledger, damaged or not, as text. Internal: store/repair.h writes it.
#pragma once
#include <cstdint>
#include <string>

#include "store/sqlite.h"

namespace icure::store {

struct Readable {
  std::string lines;       ///< A JSON object each: "table", and the row's columns by their names.
  std::uint64_t rows = 0;  ///< How many.
  bool whole = true;       ///< Nothing was met that cannot be read.
};

/// Outbox items, their steps and invitations. Changes nothing in the file, nor in its log. Throws
/// SQLite::Exception where not even the first page can be read.
Readable read_what_can_be_read(const std::string& ledger, const Secret& key);

}  // namespace icure::store
