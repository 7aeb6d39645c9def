#include "store/safekeeping_files.h"

#include <SQLiteCpp/Backup.h>
#include <unistd.h>

#include <filesystem>

#include "store/file_names.h"
#include "store/files.h"
#include "store/ledger_db.h"
#include "store/sqlite.h"

namespace icure::store {
namespace {

constexpr std::int64_t kCache = 2 << 20;
constexpr auto kCopyName = "ledger.db.copy";
constexpr auto kTakenOutName = "ledger.db.taken-out";

/// Removes a file, and what SQLite keeps beside it, at the end of a scope.
class Passing {
 public:
  explicit Passing(std::string path) : path_(std::move(path)) { remove(); }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  ~Passing() { remove(); }
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  void remove() const {
    if (!kept_) ::unlink(path_.c_str());
    for (const auto* part : {"-wal", "-shm", "-journal"}) ::unlink((path_ + part).c_str());
  }
  std::string path_;
  bool kept_ = false;
};

std::vector<std::string> faults_of(SQLite::Database& db) {
  std::vector<std::string> faults;
  Query check(db, "PRAGMA integrity_check(100)");
  for (auto rows = check(); rows.next();) faults.emplace_back(rows.text(0));
  if (faults.size() == 1 && faults.front() == "ok") faults.clear();
  return faults;
}

Error damaged(const FileCheck& ledger, std::string what, std::string hint) {
  return {Code::corrupt, std::move(what) + " is damaged: " + ledger.faults.front(),
          std::move(hint)};
}

/// Reads all of a database.
Result<FileCheck> check_database(const std::string& directory, const std::string& name,
                                 const Secret& key) {
  const auto path = directory + "/" + name;
  auto bytes = size_of(path);
  if (!bytes) return std::move(bytes).error();
  auto faults = guarded([&]() -> Result<std::vector<std::string>> {
    auto db = open_database(path, key, {Access::read_only, Durability::checkpoint, kCache});
    return faults_of(db);
  });
  if (!faults) return FileCheck{name, *bytes, {faults.error().message}};
  return FileCheck{name, *bytes, std::move(*faults)};
}

/// Takes the ledger out into a new file and reads all of it.
Result<BackupFacts> prove(const std::string& backup, const BackupHead& head, const Secret& key,
                          const std::string& to) {
  auto extracted = extract_ledger(backup, head, to);
  if (!extracted) return std::move(extracted).error();
  const std::filesystem::path path(to);
  auto ledger = check_database(path.parent_path(), path.filename(), key);
  if (!ledger) return std::move(ledger).error();
  ledger->name = kLedgerName;
  return BackupFacts{head.made, head.ledger_at + head.ledger_bytes, std::move(*ledger)};
}

class StoreFiles final : public Safekeeping {
 public:
  StoreFiles(KeptFiles files, Keys keys) : files_(std::move(files)), keys_(std::move(keys)) {}

  Result<BackupFacts> back_up(const std::string& path) override {
    const Passing copy(in_store(kCopyName));
    BackupFacts facts;
    facts.made = files_.clock.wall();
    auto ledger = copy_ledger(copy.path());
    if (!ledger) return std::move(ledger).error();
    facts.ledger = std::move(*ledger);
    auto keys = read_small(in_store(std::string(kKeysName)));
    if (!keys) return std::move(keys).error();
    auto bytes = write_backup(path, facts.made, *keys, copy.path());
    if (!bytes) return std::move(bytes).error();
    facts.bytes = *bytes;
    return facts;
  }

  Result<BackupFacts> check_backup(const std::string& path) override {
    auto head = read_backup_head(path);
    if (!head) return std::move(head).error();
    const Passing taken_out(in_store(kTakenOutName));
    auto facts = prove(path, *head, keys_.of_database(kLedgerName), taken_out.path());
    if (facts && !are_whole_keys(head->keys)) {
      facts->ledger.faults.emplace_back("the keys that are saved with it are damaged");
    }
    return facts;
  }

  Result<std::vector<FileCheck>> check() override {
    std::vector<FileCheck> checks;
    for (const auto* name : {kLedgerName, kMirrorName, kAuditName}) {
      auto found = check_database(files_.directory, name, keys_.of_database(name));
      if (!found) return std::move(found).error();
      checks.push_back(std::move(*found));
    }
    return checks;
  }

  Result<Done> rekey(const Secret& store_key) override {
    return keys_.wrap_under(store_key, files_.directory, files_.random);
  }

 private:
  std::string in_store(const std::string& name) const { return files_.directory + "/" + name; }

  /// One state of the ledger, whatever is written meanwhile.
  Result<FileCheck> copy_ledger(const std::string& to) {
    return guarded([&]() -> Result<FileCheck> {
      const auto key = keys_.of_database(kLedgerName);
      auto used = open_database(in_store(kLedgerName), key,
                                {Access::read_only, Durability::checkpoint, kCache});
      auto db = open_database(to, key, {Access::read_write, Durability::commit, kCache});
      SQLite::Backup(db, used).executeStep();  // in one read transaction
      db.exec("PRAGMA secure_delete = ON");
      SQLite::Transaction mark(db);
      note_copied(db);
      mark.commit();
      checkpoint_durably(db);
      FileCheck ledger{kLedgerName, 0, faults_of(db)};
      if (!ledger.faults.empty()) {
        return damaged(ledger, in_store(kLedgerName), "restore it from an older backup");
      }
      auto bytes = size_of(to);
      if (!bytes) return std::move(bytes).error();
      ledger.bytes = *bytes;
      return ledger;
    });
  }

  KeptFiles files_;
  Keys keys_;
};

}  // namespace

std::unique_ptr<Safekeeping> make_safekeeping(KeptFiles files, Keys keys) {
  return std::make_unique<StoreFiles>(std::move(files), std::move(keys));
}

Result<BackupFacts> take_out_ledger(const std::string& backup, const BackupHead& head,
                                    const Keys& keys, const std::string& directory,
                                    const std::string& name) {
  Passing taken_out(directory + "/" + name);
  auto facts = prove(backup, head, keys.of_database(kLedgerName), taken_out.path());
  if (!facts) return facts;
  if (!facts->ledger.faults.empty()) {
    return damaged(facts->ledger, "the ledger in " + backup, "use an older backup");
  }
  taken_out.keep();
  return facts;
}

}  // namespace icure::store
