#include "store/decrypted_schema.h"

#include <fmt/format.h>

#include "store/mirror_schema.h"

namespace icure::store {
namespace {

// Rows share their number with the patient's. A row counts only for the id and rev that it names:
// numbers are given again, documents change. What is to be read is noted by triggers, so that a
// document and the note are one transaction whoever writes it; a departed patient is noted too, to
// be erased with care.
constexpr auto kSchema = R"sql(
CREATE TABLE reading (          -- one row
  noting INTEGER NOT NULL,
  scan INTEGER,                 -- patients after this row are on the list too; NULL: no more are
  readable INTEGER NOT NULL,
  unreadable INTEGER NOT NULL
) STRICT;
INSERT INTO reading VALUES (0, NULL, 0, 0);
CREATE TABLE to_read (row INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER patient_came AFTER INSERT ON patient WHEN (SELECT noting FROM reading)
  BEGIN INSERT OR IGNORE INTO to_read VALUES (new.row); END;
CREATE TRIGGER patient_changed AFTER UPDATE OF doc ON patient WHEN (SELECT noting FROM reading)
  BEGIN INSERT OR IGNORE INTO to_read VALUES (new.row); END;
CREATE TRIGGER patient_went AFTER DELETE ON patient WHEN (SELECT noting FROM reading)
  BEGIN INSERT OR IGNORE INTO to_read VALUES (old.row); END;
CREATE TABLE decrypted (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  rev TEXT NOT NULL,
  unread TEXT NOT NULL,         -- JSON array; empty: nothing stays closed
  doc BLOB                      -- zstd; NULL: nothing was opened
) STRICT;
CREATE VIRTUAL TABLE decrypted_words USING fts5(words, content='', contentless_delete=1,
  detail=none, prefix='1 2 3 4 5', tokenize="{0} {1} {2}");
INSERT INTO decrypted_words (decrypted_words, rank) VALUES ('pgsz', 8000);
CREATE TABLE decrypted_lookup (
  hash INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (hash, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX decrypted_lookup_row ON decrypted_lookup (row);
CREATE TABLE opening_key (
  number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE opened_by (
  row INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (row, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE exchange_data (
  owner TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (owner, id)
) STRICT;
)sql";

}  // namespace

std::string decrypted_schema() {
  return fmt::format(kSchema, kTokenizer, kTokenizerOptions[0], kTokenizerOptions[1]);
}

}  // namespace icure::store
