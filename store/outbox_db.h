// The outbox over SQLite, in the ledger's file. Internal: store/open.h makes one.
#pragma once
#include <memory>
#include <string>

#include "store/outbox.h"
#include "store/sqlite.h"

namespace icure::store {

/// Its tables, and what was added to them, as steps of ledger_migrations().
const char* outbox_schema();
const char* outbox_since_schema();

/// `db` is the migrated ledger and outlives it. Throws SQLite::Exception.
std::unique_ptr<Outbox> make_outbox(SQLite::Database& db, const Clock& clock);

}  // namespace icure::store
