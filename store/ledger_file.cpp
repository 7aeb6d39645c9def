#include "store/ledger_file.h"

#include <utility>

namespace icure::store {

LedgerFile::LedgerFile(SQLite::Database db, EventNumbers& numbers, const Clock& clock,
                       Condition& condition)
    : db_(std::move(db)),
      numbers_(numbers),
      condition_(condition),
      events_(db_, EventFile::ledger, numbers, clock),
      begin_(db_, "BEGIN IMMEDIATE"),
      commit_(db_, "COMMIT"),
      roll_back_(db_, "ROLLBACK"),
      save_(db_, "SAVEPOINT change"),
      release_(db_, "RELEASE change"),
      roll_back_to_(db_, "ROLLBACK TO change") {}

Result<Done> LedgerFile::begin() {
  auto begun = guarded([this]() -> Result<Done> {
    start(begin_);
    grouped_ = true;
    return Done{};
  });
  if (begun) return begun;
  if (auto may = condition_.check(); !may) return may;  // says it better
  return begun;
}

void LedgerFile::start(Query& statement) {
  try {
    statement.run();
  } catch (const SQLite::Exception&) {
    note(sqlite3_errcode(db_.getHandle()));
    throw;
  }
}

Result<Done> LedgerFile::end() {
  auto ended = guarded([this]() -> Result<Done> {
    if (broken_) return *broken_;
    commit_.run();
    return Done{};
  });
  grouped_ = false;
  broken_.reset();
  if (!ended) {
    note(sqlite3_errcode(db_.getHandle()));
    if (auto may = condition_.check(); !may) ended = std::move(may);  // says it better
    roll_back(roll_back_);
  }
  tell(ended ? &Follower::kept : &Follower::lost);
  if (std::exchange(log_to_empty_, false)) checkpoint(db_);
  return ended;
}

void LedgerFile::empty_log() {
  if (grouped_) {
    log_to_empty_ = true;
  } else {
    checkpoint(db_);
  }
}

/// Some errors end a transaction by themselves: then there is nothing to roll back.
void LedgerFile::roll_back(Query& statement) noexcept {
  if (sqlite3_get_autocommit(db_.getHandle()) != 0) return;
  // Cannot fail but for lack of memory; then the next BEGIN fails, and says so.
  (void)guarded([&statement]() -> Result<Done> {
    statement.run();
    return Done{};
  });
}

void LedgerFile::note(int error) noexcept {
  switch (error & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_READONLY:
      condition_.note_failed_write();
      break;
    case SQLITE_BUSY:  // after a wait of seconds: nobody else should have it
      condition_.note_locked_ledger(true);
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      damaged_ = true;  // a change to a damaged tree may damage more of it
      condition_.note_damaged_ledger();
      break;
    default:
      break;
  }
}

void LedgerFile::tell(void (Follower::*what)() noexcept) {
  if (what == &Follower::kept) condition_.note_locked_ledger(false);
  for (auto* follower : followers_) (follower->*what)();
  numbers_.finish(EventFile::ledger);
}

LedgerFile::Change::Change(LedgerFile& file) : file_(file) {
  if (file_.broken_) throw SQLite::Exception("an earlier change of the group failed", SQLITE_ABORT);
  if (file_.damaged_) throw SQLite::Exception("the ledger is damaged", SQLITE_CORRUPT);
  file_.start(file_.grouped_ ? file_.save_ : file_.begin_);
}

void LedgerFile::Change::commit() {
  (file_.grouped_ ? file_.release_ : file_.commit_).run();
  committed_ = true;
}

LedgerFile::Change::~Change() {
  if (!committed_) file_.note(sqlite3_errcode(file_.db_.getHandle()));
  if (committed_) {
    if (!file_.grouped_) file_.tell(&Follower::kept);
  } else if (!file_.grouped_) {
    file_.roll_back(file_.roll_back_);
    file_.numbers_.finish(EventFile::ledger);
  } else if (auto* db = file_.db_.getHandle(); sqlite3_get_autocommit(db) != 0) {
    // Changes of others went with this one: nothing may be committed in their place.
    file_.broken_ = error_of(SQLite::Exception(db, sqlite3_extended_errcode(db)));
  } else {
    file_.roll_back(file_.roll_back_to_);
    file_.roll_back(file_.release_);
  }
}

}  // namespace icure::store
