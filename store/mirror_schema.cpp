#include "store/mirror_schema.h"

#include <fmt/format.h>

#include "store/decrypted_schema.h"
#include "store/event_table.h"

namespace icure::store {
namespace {

// Rows are numbered: a document inside a WITHOUT ROWID table makes writing several times slower.
// The ids are a table of their own, not an index of the rows, so that a first fill can put many of
// them in order before it writes them. They carry the filters of lists.
// The search index: detail=none, since only rows are asked for; a page of it fills one of ours
// (8192 less 80 of the cipher). Merging waits until the first fill is over. What is shorter than
// five letters is looked up by a list of its own: FTS5 would else merge the lists of all that it
// may begin, before the first hit (measured with 1,000,000 users: 69 ms for "van d", here 0.3).
// Mirrors that were made with the lengths 2, 4 and 6 work, and stay as slow as they were.
constexpr auto kPerKind = R"sql(
CREATE TABLE {0} (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  rev TEXT NOT NULL,
  answered INTEGER NOT NULL,    -- the order of the answer that this version came in
  facts INTEGER NOT NULL,       -- fingerprint of what the tables below hold of it
  doc BLOB NOT NULL             -- zstd; the frame names its dictionary
) STRICT;
CREATE TABLE {0}_ids (
  id TEXT PRIMARY KEY,
  row INTEGER NOT NULL,
  status INTEGER NOT NULL,
  owner_type INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE {0}_words USING fts5(words, content='', contentless_delete=1, detail=none,
  prefix='1 2 3 4 5', tokenize="{1} {2} {3}");
INSERT INTO {0}_words ({0}_words, rank) VALUES ('pgsz', 8000);
INSERT INTO {0}_words ({0}_words, rank) VALUES ('automerge', 0);
INSERT INTO {0}_words ({0}_words, rank) VALUES ('crisismerge', 64);
INSERT INTO kind_state (kind) VALUES ({4});
)sql";

constexpr auto kShared = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('newest_order', 0);
CREATE TABLE kind_state (
  kind INTEGER PRIMARY KEY,
  count INTEGER NOT NULL DEFAULT 0,
  indexed INTEGER NOT NULL DEFAULT 0,  -- rows up to this one are in ids, lookup and words
  as_of INTEGER,                -- milliseconds; NULL: never completely mirrored
  dictionary INTEGER            -- for what is stored from now on
) STRICT;
CREATE TABLE sweep (kind INTEGER PRIMARY KEY, started INTEGER NOT NULL, cursor TEXT NOT NULL) STRICT;
CREATE TABLE dictionary (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
-- All exact keys of all kinds. Keyed hashes are small and of one size; a hit is verified.
CREATE TABLE lookup (
  hash INTEGER NOT NULL, kind INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (hash, kind, row)
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstone (
  kind INTEGER NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL,
  how INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
)sql";

// The documents that a sweep is still to read: too many for the memory when a kind fills.
constexpr auto kWanted = R"sql(
CREATE TABLE wanted (
  kind INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
)sql";

// The order of the answer that told of the departure: an older page must not bring the row back.
constexpr auto kTombstoneOrder =
    "ALTER TABLE tombstone ADD COLUMN answered INTEGER NOT NULL DEFAULT 0";

// The platform's clock, in milliseconds: from when on its next quick tick asks what was modified.
constexpr auto kTicked = "ALTER TABLE kind_state ADD COLUMN ticked INTEGER";

// Users that a walk saw disabled: whether that is believed is decided when the walk is over.
constexpr auto kPutAside = "CREATE TABLE put_aside (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID";

// Which rows the pages of an unfinished walk had, before its cursor: see row_list.h.
constexpr auto kWalked = "CREATE TABLE walked (kind INTEGER NOT NULL, rows BLOB NOT NULL) STRICT";

// Ids and lookup keys of a first fill that wait to be merged into their tables: sorted_runs.h.
constexpr auto kRuns = R"sql(
CREATE TABLE run (
  first_part INTEGER PRIMARY KEY, last_part INTEGER NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE TABLE run_part (number INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
-- Rows up to this one are in the runs, or were before they came into ids and lookup.
ALTER TABLE kind_state ADD COLUMN in_runs INTEGER NOT NULL DEFAULT 0;
)sql";

std::string first_schema() {
  std::string sql = kShared;
  for (const auto kind : kAllKinds) {
    sql += fmt::format(kPerKind, name_of(kind), kTokenizer, kTokenizerOptions[0],
                       kTokenizerOptions[1], number_of(kind));
  }
  return sql;
}

}  // namespace

std::span<const std::string> mirror_migrations() {
  static const std::string steps[] = {
      first_schema(), kWanted, kTombstoneOrder,    kTicked, kPutAside,
      event_schema(), kWalked, decrypted_schema(), kRuns};
  return steps;
}

void seed_mirror(SQLite::Database& db, std::uint64_t seed) {
  Query insert(db, "INSERT OR IGNORE INTO meta (name, value) VALUES ('hash_seed', ?1)");
  insert.run(static_cast<std::int64_t>(seed));
}

std::uint64_t mirror_seed(SQLite::Database& db) {
  Query read(db, "SELECT value FROM meta WHERE name = 'hash_seed'");
  auto rows = read();
  if (!rows.next()) throw SQLite::Exception("the mirror has no hash seed", SQLITE_CORRUPT);
  return static_cast<std::uint64_t>(rows.integer(0));
}

std::optional<std::string> load_dictionary(SQLite::Database& db, std::uint32_t id) {
  Query read(db, "SELECT bytes FROM dictionary WHERE id = ?1");
  auto rows = read(std::int64_t{id});
  if (!rows.next()) return std::nullopt;
  return std::string(rows.blob(0));
}

}  // namespace icure::store
