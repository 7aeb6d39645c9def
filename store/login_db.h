// The tables of logins, in the ledger's file. Internal: store/open.h makes their reader and writer.
#pragma once
#include <memory>

#include "store/ledger_file.h"
#include "store/login.h"

namespace icure::store {

/// Their tables, as a step of ledger_migrations().
const char* login_schema();

/// Ends every session and lets nobody log in offline until the platform has proven them again.
/// Within a transaction of the caller. Throws SQLite::Exception.
void forget_logins(SQLite::Database& db);

/// `file` is migrated and outlives it. Throws SQLite::Exception.
std::unique_ptr<Logins> make_logins(LedgerFile& file);

}  // namespace icure::store
