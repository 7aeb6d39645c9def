// Reads the mirror with what is queued laid over it. Internal: store/open.h makes one.
#pragma once
#include <memory>

#include "store/mirror_reader.h"
#include "store/overlay_tables.h"

namespace icure::store {

/// `ledger` is a connection to the migrated ledger; `counts` says what its overlay holds, and
/// outlives the reader. Costs nothing while that is nothing. Throws SQLite::Exception.
std::unique_ptr<MirrorReader> make_layered_reader(std::unique_ptr<PlainReader> mirror,
                                                  SQLite::Database ledger,
                                                  const OverlayCounts& counts);

}  // namespace icure::store
