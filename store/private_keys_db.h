// The imported private keys over SQLite, in the ledger's file. Internal: store/open.h makes one.
#pragma once
#include <memory>
#include <string>

#include "daemon/base/random.h"
#include "store/ledger_file.h"
#include "store/private_keys.h"

namespace icure::store {

/// Its table, as a step of ledger_migrations().
const char* private_keys_schema();

/// `seal_key` is of 32 bytes. `file` and `random` outlive it. Throws SQLite::Exception.
std::unique_ptr<PrivateKeys> make_private_keys(LedgerFile& file, Secret seal_key, Random& random);

}  // namespace icure::store
