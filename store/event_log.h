// Events read from both files, and those that the ledger keeps of what is in no file. Internal:
// store/open.h makes them.
#pragma once
#include <memory>

#include "store/ledger_file.h"

namespace icure::store {

/// `file` is migrated and outlives it.
std::unique_ptr<EventLog> make_event_log(LedgerFile& file);

/// Both are open and of the current schema; `numbers` outlives the reader. Throws
/// SQLite::Exception.
std::unique_ptr<EventReader> make_event_reader(SQLite::Database mirror, SQLite::Database ledger,
                                               const EventNumbers& numbers);

}  // namespace icure::store
