// SQLite's memory, overwritten before it is freed: its pages and rows hold in clear what the files
// hold encrypted.
#pragma once

namespace icure::store {

/// To be called before the process opens its first database; later calls do nothing.
void wipe_what_sqlite_frees();

}  // namespace icure::store
