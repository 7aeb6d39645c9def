#include "store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include <string_view>

namespace icure::store {
namespace {

constexpr int kPageBytes = 8192;  // larger pages load faster, smaller ones read faster when cold
constexpr int kCheckpointPages = 4000;
constexpr int kLogBytes = 64 << 20;  // what a large transaction leaves is cut back to this
constexpr int kBusyMillis = 5000;  // only ever waited for another connection's recovery of the log

/// SQLite gives its files 0644 less the umask; the log takes its mode from the file.
void create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);  // otherwise SQLite says what is wrong
}

/// "x'<hex>'": SQLCipher then takes the bytes as the key itself, not as a passphrase.
Secret raw_key_text(const Secret& key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  Secret text = Secret::zeroed(key.size() * 2 + 3);
  unsigned char* out = text.data();
  *out++ = 'x';
  *out++ = '\'';
  for (const auto byte : key.bytes()) {
    *out++ = static_cast<unsigned char>(kDigits[byte >> 4]);
    *out++ = static_cast<unsigned char>(kDigits[byte & 15]);
  }
  *out = '\'';
  return text;
}

void check(SQLite::Database& db, int rc) {
  if (rc != SQLITE_OK) throw SQLite::Exception(db.getHandle(), rc);
}

int pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

}  // namespace

SQLite::Database open_database(const std::string& path, const Secret& key, const Connection& as) {
  const bool writes = as.access == Access::read_write;
  if (writes) create_private(path);
  SQLite::Database db(
      path, (writes ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY) | SQLite::OPEN_NOMUTEX,
      kBusyMillis);
  db.exec("PRAGMA cipher_log_level = NONE");  // it would write to stderr past our log
  const Secret text = raw_key_text(key);
  check(db, sqlite3_key(db.getHandle(), text.reveal().data(), static_cast<int>(text.size())));
  db.exec("PRAGMA cipher_page_size = " + std::to_string(kPageBytes));
  db.exec("SELECT count(*) FROM sqlite_master");  // the first read proves the key

  db.exec(
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"
      "PRAGMA temp_store = MEMORY");
  check(db, sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
  check(db, sqlite3_extended_result_codes(db.getHandle(), 1));
  if (writes) {
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA wal_autocheckpoint = " + std::to_string(kCheckpointPages));
    db.exec("PRAGMA journal_size_limit = " + std::to_string(kLogBytes));
    db.exec(as.durability == Durability::commit ? "PRAGMA synchronous = FULL"
                                                : "PRAGMA synchronous = NORMAL");
  }
  set_cache(db, as.cache_bytes);
  return db;
}

void set_cache(SQLite::Database& db, std::int64_t bytes) {
  db.exec("PRAGMA cache_size = -" + std::to_string(bytes / 1024));  // negative: in KiB
}

void checkpoint(SQLite::Database& db) noexcept {
  sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

void checkpoint_durably(SQLite::Database& db) {
  check(db, sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                      nullptr));
}

void count_commits(SQLite::Database& db, std::atomic<std::uint64_t>& commits) {
  // SQLite has one hook after a commit and checkpoints from there by itself: ours does both.
  sqlite3_wal_hook(
      db.getHandle(),
      [](void* counter, sqlite3* committed, const char* name, int pages) {
        static_cast<std::atomic<std::uint64_t>*>(counter)->fetch_add(1);
        if (pages >= kCheckpointPages) {
          sqlite3_wal_checkpoint_v2(committed, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        }
        return SQLITE_OK;
      },
      &commits);
}

Stamp stamp_of(SQLite::Database& db) {
  return {pragma(db, "application_id"), pragma(db, "user_version")};
}

void migrate(SQLite::Database& db, int application, std::span<const std::string> steps) {
  for (auto at = static_cast<std::size_t>(stamp_of(db).version); at < steps.size(); ++at) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(steps[at]);
    db.exec("PRAGMA application_id = " + std::to_string(application));
    db.exec("PRAGMA user_version = " + std::to_string(at + 1));
    transaction.commit();
  }
}

Error error_of(const SQLite::Exception& e) {
  const std::string words = std::string("the database answered: ") + e.what();
  const int extended = e.getExtendedErrorCode();
  switch (e.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return {Code::read_only, "the disk is full", "free some space"};
    case SQLITE_READONLY:
      return {Code::read_only, "the disk takes no writes", "see dmesg for why"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::corrupt, words};
    default:
      break;
  }
  // The log's index is a file of its own, and says "no space" in its own way.
  if (extended == SQLITE_IOERR_SHMSIZE) {
    return {Code::read_only, "the disk is full", "free some space"};
  }
  return {Code::io, words};
}

}  // namespace icure::store
