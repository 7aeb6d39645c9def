#include "store/open.h"

#include <optional>
#include <span>

#include "daemon/base/hex.h"
#include "daemon/base/log.h"
#include "store/audit_db.h"
#include "store/audit_heads_db.h"
#include "store/event_log.h"
#include "store/file_names.h"
#include "store/files.h"
#include "store/invitation_db.h"
#include "store/keyed_hash.h"
#include "store/keys.h"
#include "store/layered_reader.h"
#include "store/ledger_db.h"
#include "store/login_db.h"
#include "store/mirror_reader.h"
#include "store/mirror_schema.h"
#include "store/mirror_writer.h"
#include "store/outbox_db.h"
#include "store/private_keys_db.h"
#include "store/repair.h"
#include "store/safekeeping_files.h"
#include "store/set_aside.h"
#include "store/sqlite.h"
#include "store/sqlite_memory.h"

namespace icure::store {
namespace {

// No files: keys for other things, derived as those of files are.
constexpr auto kChainName = "audit chain";
constexpr auto kQueriesName = "audit queries";
constexpr auto kPrivateKeysName = "private keys";  // under which those in the ledger are sealed
constexpr std::int64_t kOverlayCache = 1 << 20;
constexpr std::int64_t kEventCache = 1 << 20;
constexpr std::int64_t kAuditCache = 1 << 20;
constexpr std::size_t kMarkBytes = 16;
constexpr std::int64_t kWriterCache = 8 << 20;
// In bytes; a ledger up to this is read whole at each start: a fifth of a second at most. Of a
// larger one damage is found where it is met.
constexpr std::uint64_t kProvenWhole = 64 << 20;

class OpenStores final : public Stores {
 public:
  OpenStores(std::string directory, FileLock lock, std::optional<std::string> warning)
      : directory_(std::move(directory)), lock_(std::move(lock)), condition_(directory_) {
    if (warning) warnings_.push_back(std::move(*warning));
  }

  MirrorWriter& mirror() override { return *mirror_; }
  DecryptedWriter& decrypted() override { return mirror_->decrypted(); }
  ExchangeDataWriter& exchange_data() override { return mirror_->exchange_data(); }
  Ledger& ledger() override { return *ledger_; }
  Outbox& outbox() override { return *outbox_; }
  Group& ledger_group() override { return *ledger_file_; }
  Invitations& invitations() override { return *invitations_; }
  Audit& audit() override { return *audit_; }
  AuditHeads& audit_heads() override { return *audit_heads_; }
  std::string query_mark(std::string_view query) override {
    const auto hash = queries_->of(query);
    return to_hex(std::span(hash).first(kMarkBytes));
  }
  EventLog& events() override { return *event_log_; }
  Logins& logins() override { return *logins_; }
  PrivateKeys& private_keys() override { return *private_keys_; }
  Safekeeping& safekeeping() override { return *safekeeping_; }
  Condition& condition() override { return condition_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  Result<std::unique_ptr<MirrorReader>> open_reader(std::int64_t cache_bytes) override {
    return guarded([&]() -> Result<std::unique_ptr<MirrorReader>> {
      Connection as{Access::read_only, Durability::checkpoint, cache_bytes};
      auto mirror = make_mirror_reader(open_database(path(kMirrorName), mirror_key_, as), changes_);
      as.cache_bytes = kOverlayCache;
      return make_layered_reader(std::move(mirror),
                                 open_database(path(ledger_name_), ledger_key_, as), overlaid_);
    });
  }

  Result<std::unique_ptr<EventReader>> open_event_reader() override {
    return guarded([&]() -> Result<std::unique_ptr<EventReader>> {
      const Connection as{Access::read_only, Durability::checkpoint, kEventCache};
      return make_event_reader(open_database(path(kMirrorName), mirror_key_, as),
                               open_database(path(ledger_name_), ledger_key_, as), numbers_);
    });
  }

  Result<Done> open_all(const Options& options) {
    if (restore_was_cut_off(directory_)) {
      return Error{Code::invalid, "a restore into " + directory_ + " was cut off",
                   "run it again: icurectl backup restore"};
    }
    auto keys = open_or_create_keys(directory_, options.store_key, options.random, warnings_);
    if (!keys) return std::move(keys).error();
    auto ledger = open_ledger_or_stand_in(*keys, options);
    if (!ledger) return ledger;
    ledger_key_ = keys->of_database(ledger_name_);
    mirror_key_ = keys->of_database(kMirrorName);
    queries_.emplace(keys->of_database(kQueriesName));
    auto audit = open_or_begin_audit(*keys, options.clock.wall());
    if (!audit) return audit;
    safekeeping_ = make_safekeeping({directory_, options.random, options.clock}, std::move(*keys));
    return open_or_remake_mirror(options);
  }

 private:
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  Result<Done> open_ledger_or_stand_in(const Keys& keys, const Options& options) {
    remove_database(directory_, kStandInName);  // of an earlier start
    if (options.ledger == LedgerFrom::its_file) {
      auto opened = open_ledger(keys, options);
      if (!opened && opened.error().code == Code::corrupt) {
        log::warning("{} is read again: {}", path(kLedgerName), opened.error().message);
        close_ledger();
        opened = open_ledger(keys, options);  // a disk that fails to read once looks like damage
      }
      if (opened || opened.error().code != Code::corrupt) return opened;
      log::error("{} is damaged: {}", path(kLedgerName), opened.error().message);
    }
    close_ledger();
    ledger_name_ = kStandInName;
    condition_.note_damaged_ledger();
    const auto words = error_of(Condition::Is::ledger_damaged);
    warnings_.push_back(path(kLedgerName) + " was left as it is: " + words.message);
    return open_ledger(keys, options);
  }

  /// Throws SQLite::Exception (SQLITE_CORRUPT) for a damaged one.
  void prove(SQLite::Database& db) const {
    newest_event(db);  // the mirror's opening begins with it: damage there is not the mirror's
    const auto size = size_of(path(ledger_name_));
    if (!size || *size > kProvenWhole) return;
    const auto said = db.execAndGet("PRAGMA quick_check(1)").getString();
    if (said != "ok") throw SQLite::Exception(said, SQLITE_CORRUPT);
  }

  void close_ledger() {
    private_keys_.reset();
    audit_heads_.reset();
    logins_.reset();
    event_log_.reset();
    invitations_.reset();
    outbox_.reset();
    ledger_.reset();
    ledger_file_.reset();
  }

  /// Fails with corrupt for one that is damaged; it was left as it is.
  Result<Done> open_ledger(const Keys& keys, const Options& options) {
    const auto& platform = options.platform;
    const bool lost = !exists(path(kLedgerName)) && exists(path(kMirrorName));
    auto opened = guarded([&]() -> Result<Done> {
      auto db = store::open_ledger(path(ledger_name_), keys.of_database(ledger_name_));
      if (!db) return std::move(db).error();
      prove(*db);
      const auto recorded = platform_of_ledger(*db, platform);
      if (recorded != platform) {
        return Error{Code::invalid,
                     "this store belongs to the platform \"" + recorded +
                         "\", the configuration names \"" + platform + "\"",
                     "correct the configuration, or confirm the move: icurectl store adopt"};
      }
      ledger_file_.emplace(std::move(*db), numbers_, options.clock, condition_);
      ledger_ = make_ledger(*ledger_file_);
      outbox_ = make_outbox(*ledger_file_, options.clock, overlaid_);
      invitations_ = make_invitations(*ledger_file_, options.clock);
      event_log_ = make_event_log(*ledger_file_);
      logins_ = make_logins(*ledger_file_);
      audit_heads_ = make_audit_heads(*ledger_file_);
      private_keys_ =
          make_private_keys(*ledger_file_, keys.of_database(kPrivateKeysName), options.random);
      return Done{};
    });
    if (lost) warnings_.push_back(path(kLedgerName) + " was missing and has been made anew");
    return opened;
  }

  Result<Done> open_or_begin_audit(const Keys& keys, WallTime now) {
    auto kept = audit_heads_->kept();
    if (!kept) return std::move(kept).error();
    auto opened = open_audit_file(keys, *kept, now);
    if (opened || opened.error().code != Code::corrupt) return opened;
    auto aside = move_aside(directory_, kAuditName, "damaged", now);
    if (!aside) return std::move(aside).error();
    warnings_.push_back("the audit log was set aside as " + *aside +
                        " and begins anew: " + opened.error().message);
    return open_audit_file(keys, *kept, now);
  }

  Result<Done> open_audit_file(const Keys& keys, const std::optional<AuditHead>& kept,
                               WallTime now) {
    return guarded([&]() -> Result<Done> {
      auto db = open_database(path(kAuditName), keys.of_database(kAuditName),
                              {Access::read_write, Durability::commit, kAuditCache});
      if (static_cast<std::size_t>(stamp_of(db).version) > audit_migrations().size()) {
        return Error{Code::invalid, path(kAuditName) + " was written by a newer program",
                     "install that version again"};
      }
      migrate(db, kAuditApplication, audit_migrations());
      auto audit = open_audit(std::move(db), keys.of_database(kChainName), kept, now, condition_);
      audit_ = std::move(audit.log);
      if (audit.broken) {
        warnings_.push_back(
            "the audit log lacks entries that were in it, or has others: icurectl audit list "
            "shows where as audit.broken");
      }
      return Done{};
    });
  }

  Result<Done> open_or_remake_mirror(const Options& options) {
    std::string why = "was found damaged while it was used";
    if (!is_suspect(path(kMirrorName))) {
      auto opened = open_mirror(options.random, options.clock);
      if (opened || opened.error().code != Code::corrupt) return opened;
      why = opened.error().message;
    }
    auto aside = set_aside(directory_, kMirrorName, options.clock.wall());
    if (!aside) return std::move(aside).error();
    warnings_.push_back("the mirror was set aside as " + *aside + " and begins anew: " + why);
    return open_mirror(options.random, options.clock);
  }

  /// Fails with corrupt for every file that a new one should replace.
  Result<Done> open_mirror(Random& random, const Clock& clock) {
    return guarded([&]() -> Result<Done> {
      auto db = open_database(path(kMirrorName), mirror_key_,
                              {Access::read_write, Durability::checkpoint, kWriterCache});
      const auto stamp = stamp_of(db);
      if (static_cast<std::size_t>(stamp.version) > mirror_migrations().size()) {
        return Error{Code::corrupt, "it was written by a newer program"};
      }
      migrate(db, kMirrorApplication, mirror_migrations());
      seed_mirror(db, random.below(UINT64_MAX));
      count_commits(db, changes_);
      begin_events(db, ledger_file_->db(), numbers_);
      mirror_ = make_mirror_writer(std::move(db), numbers_, clock, condition_);
      return Done{};
    });
  }

  std::string directory_;
  FileLock lock_;
  Condition condition_;
  std::vector<std::string> warnings_;
  std::string ledger_name_ = kLedgerName;
  Secret ledger_key_;
  Secret mirror_key_;
  // Written by the writers' threads, read by the readers'.
  std::atomic<Changes> changes_ = 0;
  OverlayCounts overlaid_;
  EventNumbers numbers_;
  std::optional<LedgerFile> ledger_file_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Invitations> invitations_;
  std::unique_ptr<EventLog> event_log_;
  std::unique_ptr<Logins> logins_;
  std::unique_ptr<AuditHeads> audit_heads_;
  std::unique_ptr<PrivateKeys> private_keys_;
  std::optional<KeyedHash> queries_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Safekeeping> safekeeping_;
  std::unique_ptr<MirrorFile> mirror_;
};

}  // namespace

Result<std::unique_ptr<Stores>> open_stores(const Options& options) {
  wipe_what_sqlite_frees();
  std::string directory = options.directory;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  auto warning = private_directory(directory);
  if (!warning) return std::move(warning).error();
  auto lock = FileLock::acquire(directory + "/lock");
  if (!lock && lock.error().code == Code::conflict) {
    return Error{Code::conflict, "another daemon has the store in " + directory + " open",
                 "stop it, or give this one a directory of its own"};
  }
  if (!lock) return std::move(lock).error();
  auto stores =
      std::make_unique<OpenStores>(std::move(directory), std::move(*lock), std::move(*warning));
  auto opened = stores->open_all(options);
  if (!opened) return std::move(opened).error();
  return std::unique_ptr<Stores>(std::move(stores));
}

}  // namespace icure::store
