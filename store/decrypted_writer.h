// What imported keys make readable, written over the mirror's own connection. Internal.
#pragma once
#include <memory>

#include "store/condition.h"
#include "store/decrypted.h"
#include "store/sqlite.h"

namespace icure::store {

/// `db` is the mirror's writing connection; it and `condition` outlive what is made. Throws
/// SQLite::Exception.
std::unique_ptr<DecryptedWriter> make_decrypted_writer(SQLite::Database& db,
                                                       const Condition& condition);

}  // namespace icure::store
