#include "store/outbox_db.h"

namespace icure::store {

namespace {

constexpr auto kSchema = R"sql(
CREATE TABLE item (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  op TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  created INTEGER NOT NULL,     -- milliseconds
  next_try INTEGER,
  ended INTEGER,
  last_error TEXT NOT NULL,
  hint TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX item_state ON item (state, number);
CREATE INDEX item_ended ON item (ended) WHERE ended IS NOT NULL;
CREATE TABLE item_refers (
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  entity TEXT NOT NULL,
  PRIMARY KEY (item, entity)
) STRICT, WITHOUT ROWID;
CREATE TABLE item_step (
  number INTEGER PRIMARY KEY,
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  step TEXT NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX item_step_item ON item_step (item);
CREATE TABLE item_key (
  uid INTEGER NOT NULL,
  key TEXT NOT NULL,
  params TEXT NOT NULL,
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  PRIMARY KEY (uid, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_key_item ON item_key (item);
)sql";

constexpr auto kSince = "ALTER TABLE item ADD COLUMN since INTEGER";

}  // namespace

const char* outbox_schema() {
  return kSchema;
}
const char* outbox_since_schema() {
  return kSince;
}

}  // namespace icure::store
