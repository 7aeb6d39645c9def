// The audit log over SQLite. Internal: store/open.h makes one.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "store/audit.h"
#include "store/condition.h"
#include "store/sqlite.h"

namespace icure::store {

inline constexpr int kAuditApplication = 0x69634175;  // "icAu", in the file's header

std::span<const std::string> audit_migrations();

struct OpenAudit {
  std::unique_ptr<Audit> log;
  bool broken = false;  ///< It does not end where it should: an entry says so from now on.
};

/// `db` is migrated. `kept` is the head that the ledger has; where the file has not come to it, or
/// does not end where it says itself, an entry kAuditBroken is appended, whose number is beyond
/// both. `condition` outlives it. Throws SQLite::Exception.
OpenAudit open_audit(SQLite::Database db, const Secret& key, const std::optional<AuditHead>& kept,
                     WallTime now, Condition& condition);

}  // namespace icure::store
