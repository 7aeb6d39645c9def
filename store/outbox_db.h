// The outbox over SQLite, in the ledger's file. Internal: store/open.h makes one.
#pragma once
#include <memory>
#include <string>

#include "store/ledger_file.h"
#include "store/outbox.h"
#include "store/overlay_tables.h"

namespace icure::store {

/// Its tables, and what was added to them, as steps of ledger_migrations().
const char* outbox_schema();
const char* outbox_since_schema();

/// `file` is migrated; the readers are told by `overlaid`. Both outlive it. Throws
/// SQLite::Exception.
std::unique_ptr<Outbox> make_outbox(LedgerFile& file, const Clock& clock, OverlayCounts& overlaid);

}  // namespace icure::store
