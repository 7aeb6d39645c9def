#include "store/ledger_batches.h"

#include <array>

namespace icure::store {

const char* batch_schema() {
  return R"sql(
CREATE TABLE batch (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  since INTEGER NOT NULL,       -- milliseconds
  state TEXT NOT NULL,
  deletes INTEGER NOT NULL,     -- how many it held when it last changed
  disables INTEGER NOT NULL,
  hides INTEGER NOT NULL
) STRICT;
CREATE TABLE batch_row (        -- of batches that stand
  batch INTEGER NOT NULL REFERENCES batch (number) ON DELETE CASCADE,
  id TEXT NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (batch, id)
) STRICT, WITHOUT ROWID;
)sql";
}

namespace {

constexpr std::int64_t kKeptBatches = 1000;
constexpr std::array<std::string_view, 4> kStates = {"open", "applied", "discarded", "withdrawn"};
constexpr std::array<std::string_view, 3> kChanges = {"deletion", "hiding", "disabling"};

template <class E, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, E value) {
  return words[static_cast<std::size_t>(value)];
}
template <class E, std::size_t N>
E value(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<E>(i);
  }
  throw SQLite::Exception("the ledger holds an unknown word", SQLITE_CORRUPT);
}

std::int64_t signed_of(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

/// Columns from `id` on.
Batch batch_at(const Query::Rows& rows, int first) {
  Batch batch;
  batch.id = rows.text(first);
  batch.kind = value<Kind>(kKindNames, rows.text(first + 1));
  batch.since = WallTime(Millis(rows.integer(first + 2)));
  batch.state = value<BatchState>(kStates, rows.text(first + 3));
  batch.deletes = static_cast<std::uint64_t>(rows.integer(first + 4));
  batch.disables = static_cast<std::uint64_t>(rows.integer(first + 5));
  batch.hides = static_cast<std::uint64_t>(rows.integer(first + 6));
  return batch;
}

}  // namespace

LedgerBatches::LedgerBatches(LedgerFile& file)
    : file_(file),
      db_(file.db()),
      keep_(db_,
            "INSERT INTO batch (id, kind, since, state, deletes, disables, hides) VALUES (?1, ?2, "
            "?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET state = ?4, deletes = ?5, "
            "disables = ?6, hides = ?7 RETURNING number"),
      forget_rows_(db_, "DELETE FROM batch_row WHERE batch = ?1"),
      add_row_(db_, "INSERT INTO batch_row (batch, id, what) VALUES (?1, ?2, ?3)"),
      forget_old_(db_,
                  "DELETE FROM batch WHERE number <= (SELECT max(number) FROM batch) - ?1 "
                  "AND number NOT IN (SELECT batch FROM batch_row)"),
      standing_(db_,
                "SELECT number, id, kind, since, state, deletes, disables, hides FROM batch "
                "WHERE number IN (SELECT batch FROM batch_row) ORDER BY number"),
      rows_(db_, "SELECT id, what FROM batch_row WHERE batch = ?1 ORDER BY id"),
      find_(db_,
            "SELECT id, kind, since, state, deletes, disables, hides FROM batch WHERE id = ?1") {}

/// Of a new state only: a batch that stands is kept again with every sweep.
void LedgerBatches::tell(const Batch& batch) {
  const auto before = find(batch.id);
  if (before && before->state == batch.state) return;
  const auto change = batch.state == BatchState::open ? "braked" : word(kStates, batch.state);
  file_.events().add(Topic::sync, change, batch.kind, batch.id, "");
}

void LedgerBatches::keep(const Batch& batch, const std::vector<HeldRow>& rows) {
  LedgerFile::Change change(file_);
  tell(batch);
  std::int64_t number = 0;
  {
    auto kept = keep_(batch.id, name_of(batch.kind), batch.since.time_since_epoch().count(),
                      word(kStates, batch.state), signed_of(batch.deletes),
                      signed_of(batch.disables), signed_of(batch.hides));
    kept.next();
    number = kept.integer(0);
    kept.next();  // an INSERT is done only when its rows are
  }
  forget_rows_.run(number);
  for (const auto& row : rows) add_row_.run(number, row.id, word(kChanges, row.what));
  forget_old_.run(kKeptBatches);
  change.commit();
}

std::vector<StandingBatch> LedgerBatches::standing() {
  std::vector<StandingBatch> found;
  for (auto rows = standing_(); rows.next();) {
    StandingBatch standing{batch_at(rows, 1), {}};
    for (auto held = rows_(rows.integer(0)); held.next();) {
      standing.rows.push_back(
          {std::string(held.text(0)), value<HeldChange>(kChanges, held.text(1))});
    }
    found.push_back(std::move(standing));
  }
  return found;
}

std::optional<Batch> LedgerBatches::find(std::string_view id) {
  auto rows = find_(id);
  if (!rows.next()) return std::nullopt;
  return batch_at(rows, 0);
}

}  // namespace icure::store
