// The platform's exchange data of owners whose keys are here, over the mirror's own connection.
// Internal.
#pragma once
#include <memory>

#include "store/decrypted.h"
#include "store/sqlite.h"

namespace icure::store {

/// `db` is the mirror's writing connection and outlives what is made. Throws SQLite::Exception.
std::unique_ptr<ExchangeDataWriter> make_exchange_data_writer(SQLite::Database& db);

}  // namespace icure::store
