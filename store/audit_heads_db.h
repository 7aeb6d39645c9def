// The note of how far the audit log has come, in the ledger's file. Internal: store/open.h makes
// it.
#pragma once
#include <memory>

#include "store/audit.h"
#include "store/ledger_file.h"

namespace icure::store {

/// `file` is migrated and outlives it. Throws SQLite::Exception.
std::unique_ptr<AuditHeads> make_audit_heads(LedgerFile& file);

}  // namespace icure::store
