#include "store/ledger_db.h"

#include "store/invitation_db.h"
#include "store/ledger_batches.h"
#include "store/login_db.h"
#include "store/outbox_db.h"
#include "store/overlay_tables.h"
#include "store/private_keys_db.h"

namespace icure::store {
namespace {

constexpr std::int64_t kKeptRuns = 1000;
constexpr std::int64_t kCache = 2 << 20;

constexpr auto kFirstSchema = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  trigger TEXT NOT NULL,
  full INTEGER NOT NULL,
  started INTEGER NOT NULL,     -- milliseconds
  finished INTEGER,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  requests INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE run_kind (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  seen INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  held INTEGER NOT NULL,
  PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;
)sql";

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}
std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}

class SqliteLedger final : public Ledger {
 public:
  explicit SqliteLedger(LedgerFile& file)
      : file_(file),
        db_(file.db()),
        record_(db_,
                "INSERT INTO run (id, trigger, full, started, finished, state, cause, requests, "
                "bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE "
                "SET trigger = ?2, full = ?3, started = ?4, finished = ?5, state = ?6, cause = ?7, "
                "requests = ?8, bytes = ?9 RETURNING number"),
        forget_kinds_(db_, "DELETE FROM run_kind WHERE run = ?1"),
        record_kind_(db_,
                     "INSERT INTO run_kind (run, kind, seen, added, changed, deleted, held) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        forget_old_(db_, "DELETE FROM run WHERE number <= (SELECT max(number) FROM run) - ?1"),
        runs_(db_,
              "SELECT number, id, trigger, full, started, finished, state, cause, requests, "
              "bytes FROM run ORDER BY number DESC LIMIT ?1"),
        kinds_(db_,
               "SELECT kind, seen, added, changed, deleted, held FROM run_kind WHERE run = ?1"),
        state_(db_, "SELECT state FROM run WHERE id = ?1"),
        cut_off_(db_, "UPDATE run SET state = 'cut_off' WHERE state = 'running' RETURNING id"),
        pause_(db_, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'paused_until'"),
        set_pause_(db_, "INSERT OR REPLACE INTO meta (name, value) VALUES ('paused_until', ?1)"),
        end_pause_(db_, "DELETE FROM meta WHERE name = 'paused_until'"),
        batches_(file) {}

  ~SqliteLedger() override { checkpoint(db_); }

  Result<Done> record(const Run& run) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      tell(run);
      const auto number = record_row(run);
      forget_kinds_.run(number);
      for (const auto& [kind, counts] : run.kinds) {
        record_kind_.run(number, name_of(kind), signed_of(counts.seen), signed_of(counts.added),
                         signed_of(counts.changed), signed_of(counts.deleted),
                         signed_of(counts.held));
      }
      forget_old_.run(kKeptRuns);
      change.commit();
      return Done{};
    });
  }

  Result<std::vector<Run>> runs(std::size_t limit) override {
    return guarded([&]() -> Result<std::vector<Run>> {
      std::vector<Run> found;
      for (auto rows = runs_(static_cast<std::int64_t>(limit)); rows.next();) {
        Run run;
        run.id = rows.text(1);
        run.trigger = rows.text(2);
        run.full = rows.integer(3) != 0;
        run.started = WallTime(Millis(rows.integer(4)));
        if (const auto at = rows.optional_integer(5)) run.finished = WallTime(Millis(*at));
        run.state = rows.text(6);
        run.cause = rows.text(7);
        run.requests = unsigned_of(rows.integer(8));
        run.bytes = unsigned_of(rows.integer(9));
        read_kinds(rows.integer(0), run);
        found.push_back(std::move(run));
      }
      return found;
    });
  }

  Result<Done> close_cut_off_runs() override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      for (auto rows = cut_off_(); rows.next();) {
        file_.events().add(Topic::sync, "cut_off", std::nullopt, rows.text(0), "");
      }
      change.commit();
      return Done{};
    });
  }

  Result<std::optional<WallTime>> paused_until() override {
    return guarded([&]() -> Result<std::optional<WallTime>> {
      auto rows = pause_();
      if (!rows.next()) return std::optional<WallTime>();
      return std::optional(WallTime(Millis(rows.integer(0))));
    });
  }

  Result<Done> set_pause(std::optional<WallTime> until) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      if (until) {
        set_pause_.run(std::to_string(millis_of(*until)));
      } else {
        end_pause_.run();
      }
      file_.events().add(Topic::sync, until ? "paused" : "resumed", std::nullopt, "sync", "");
      change.commit();
      return Done{};
    });
  }

  Result<Done> keep_batch(const Batch& batch, const std::vector<HeldRow>& rows) override {
    return guarded([&]() -> Result<Done> {
      batches_.keep(batch, rows);
      return Done{};
    });
  }

  Result<std::vector<StandingBatch>> standing_batches() override {
    return guarded([&]() -> Result<std::vector<StandingBatch>> { return batches_.standing(); });
  }

  void empty_log() override { file_.empty_log(); }

  Result<Batch> batch(const std::string& id) override {
    return guarded([&]() -> Result<Batch> {
      auto found = batches_.find(id);
      if (!found) return Error{Code::not_found, "there is no batch of that id"};
      return std::move(*found);
    });
  }

 private:
  void tell(const Run& run) {
    if (auto rows = state_(run.id); rows.next() && rows.text(0) == run.state) return;
    file_.events().add(Topic::sync, run.state, std::nullopt, run.id, "");
  }

  std::int64_t record_row(const Run& run) {
    std::optional<std::int64_t> finished;
    if (run.finished) finished = millis_of(*run.finished);
    auto rows =
        record_(run.id, run.trigger, std::int64_t{run.full}, millis_of(run.started), finished,
                run.state, run.cause, signed_of(run.requests), signed_of(run.bytes));
    rows.next();
    const auto number = rows.integer(0);
    rows.next();  // an INSERT is done only when its rows are
    return number;
  }

  void read_kinds(std::int64_t number, Run& run) {
    for (auto rows = kinds_(number); rows.next();) {
      const auto kind = kind_named(rows.text(0));
      if (!kind) continue;
      run.kinds[*kind] = {unsigned_of(rows.integer(1)), unsigned_of(rows.integer(2)),
                          unsigned_of(rows.integer(3)), unsigned_of(rows.integer(4)),
                          unsigned_of(rows.integer(5))};
    }
  }

  LedgerFile& file_;
  SQLite::Database& db_;
  Query record_, forget_kinds_, record_kind_, forget_old_, runs_, kinds_, state_, cut_off_, pause_,
      set_pause_, end_pause_;
  LedgerBatches batches_;
};

}  // namespace

std::span<const std::string> ledger_migrations() {
  static const std::string steps[] = {
      kFirstSchema,     outbox_schema(),       batch_schema(),
      overlay_schema(), outbox_since_schema(), invitation_schema(),
      login_schema(),   event_schema(),        private_keys_schema()};
  return steps;
}

Result<SQLite::Database> open_ledger(const std::string& path, const Secret& key) {
  auto db = open_database(path, key, {Access::read_write, Durability::commit, kCache});
  if (static_cast<std::size_t>(stamp_of(db).version) > ledger_migrations().size()) {
    return Error{Code::invalid, path + " was written by a newer program",
                 "install that version again"};
  }
  migrate(db, kLedgerApplication, ledger_migrations());
  db.exec("PRAGMA secure_delete = ON");  // what is erased is overwritten in its page
  return db;
}

std::string platform_of_ledger(SQLite::Database& db, const std::string& platform) {
  Query record(db, "INSERT OR IGNORE INTO meta (name, value) VALUES ('platform', ?1)");
  record.run(platform);
  Query read(db, "SELECT value FROM meta WHERE name = 'platform'");
  auto rows = read();
  rows.next();
  return std::string(rows.text(0));
}

void note_copied(SQLite::Database& db) {
  Query note(db, "INSERT OR REPLACE INTO meta (name, value) VALUES ('machine', ?1)");
  note.run(kCopied);
  begin_elsewhere(db);
  forget_logins(db);
}

void move_to_platform(SQLite::Database& db, const std::string& platform) {
  Query move(db, "INSERT OR REPLACE INTO meta (name, value) VALUES ('platform', ?1)");
  move.run(platform);
  note_copied(db);
}

std::unique_ptr<Ledger> make_ledger(LedgerFile& file) {
  return std::make_unique<SqliteLedger>(file);
}

}  // namespace icure::store
