// Thin ground over SQLiteCpp: keyed connections, prepared statements for hot paths, errors as
// values. Internal to store/.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <atomic>
#include <span>
#include <string>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "store/query.h"

namespace icure::store {

enum class Access { read_only, read_write };
enum class Durability {
  checkpoint,  ///< A power cut may lose the last commits, never the order of commits.
  commit,      ///< A commit that returned is on the disk.
};

struct Connection {
  Access access = Access::read_write;
  Durability durability = Durability::commit;
  std::int64_t cache_bytes = 0;
};

/// Opens the file with its raw 32-byte key, creating an absent one with mode 0600 (read_write
/// only), and proves the key. Throws SQLite::Exception: SQLITE_NOTADB if the key does not fit or
/// the file is damaged. The connection is for one thread at a time.
SQLite::Database open_database(const std::string& path, const Secret& key, const Connection& as);

void set_cache(SQLite::Database& db, std::int64_t bytes);

/// Writes the whole log into the file and empties it, as far as readers allow. Never throws.
void checkpoint(SQLite::Database& db) noexcept;
/// The same, and the file is on the disk then. Waits for readers to end their turns; throws
/// SQLite::Exception.
void checkpoint_durably(SQLite::Database& db);

/// Adds one to `commits` after each commit of this connection. `commits` outlives the connection.
void count_commits(SQLite::Database& db, std::atomic<std::uint64_t>& commits);

/// What a file says of itself.
struct Stamp {
  int application = 0;
  int version = 0;  ///< 0: freshly made.
};
Stamp stamp_of(SQLite::Database& db);

/// Runs the steps after the file's version, each in a transaction of its own: step i leads to
/// version i + 1. Throws SQLite::Exception.
void migrate(SQLite::Database& db, int application, std::span<const std::string> steps);

Error error_of(const SQLite::Exception& e);

/// Calls `body`, which returns a Result, and turns what SQLite threw into an Error.
template <class Body>
auto guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SQLite::Exception& e) {
    return error_of(e);
  }
}

}  // namespace icure::store
