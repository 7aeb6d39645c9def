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

/// The platform that this ledger belongs to: `platform`, if none was recorded yet. Throws
/// SQLite::Exception.
std::string platform_of_ledger(SQLite::Database& db, const std::string& platform);

/// From now on it belongs to `platform`. Throws SQLite::Exception.
void set_platform(SQLite::Database& db, const std::string& platform);

/// Marks a copy, or a ledger that moves, so that Outbox::settle_on() finds itself on
/// another machine. Throws
/// SQLite::Exception.
void note_copied(SQLite::Database& db);

/// `file` is migrated and outlives it. Throws SQLite::Exception.
std::unique_ptr<Ledger> make_ledger(LedgerFile& file);

}  // namespace icure::store
