// The ledger over SQLite. Internal: store/open.h makes one.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "store/ledger.h"
#include "store/ledger_file.h"

namespace icure::store {

inline constexpr int kLedgerApplication = 0x69634c64;  // "icLd", in the file's header

/// Stands for the machine in a copy, which is on none.
inline constexpr std::string_view kCopied = "copied";

std::span<const std::string> ledger_migrations();

/// Opens and migrates one, or makes it; what is erased in it is overwritten. Fails with invalid if
/// a newer program wrote it. Throws SQLite::Exception.
Result<SQLite::Database> open_ledger(const std::string& path, const Secret& key);

/// The platform that this ledger belongs to: `platform`, if none was recorded yet. Throws
/// SQLite::Exception.
std::string platform_of_ledger(SQLite::Database& db, const std::string& platform);

/// Makes a ledger one that Outbox::settle_on() finds on another machine, whose subscribers to
/// events learn that they missed some, and in which nobody is logged in: who was may have been
/// dismissed since. Within a transaction, as the next; both throw SQLite::Exception.
void note_copied(SQLite::Database& db);

/// From now on it belongs to `platform`, and is a copy as far as the one before is concerned.
void move_to_platform(SQLite::Database& db, const std::string& platform);

/// `file` is migrated and outlives it. Throws SQLite::Exception.
std::unique_ptr<Ledger> make_ledger(LedgerFile& file);

}  // namespace icure::store
