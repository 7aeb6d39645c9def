// The mirror's writer over SQLite. Internal: store/open.h makes one.
#pragma once
#include <memory>

#include "store/mirror.h"
#include "store/sqlite.h"

namespace icure::store {

/// `db` is open for writing and migrated; `clock` outlives the writer. Throws SQLite::Exception.
std::unique_ptr<MirrorWriter> make_mirror_writer(SQLite::Database db, const Clock& clock);

}  // namespace icure::store
