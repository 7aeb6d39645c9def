// The mirror's reader over SQLite. Internal: store/open.h makes one.
#pragma once
#include <atomic>
#include <memory>

#include "store/mirror.h"
#include "store/sqlite.h"

namespace icure::store {

/// `db` is open and of the current schema; `changes` counts the writer's commits and outlives the
/// reader. Throws SQLite::Exception.
std::unique_ptr<MirrorReader> make_mirror_reader(SQLite::Database db,
                                                 const std::atomic<Changes>& changes);

}  // namespace icure::store
