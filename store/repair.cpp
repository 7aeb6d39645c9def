#include "store/repair.h"

#include "store/backup_file.h"
#include "store/file_names.h"
#include "store/files.h"
#include "store/keys.h"
#include "store/ledger_db.h"
#include "store/recovery_key.h"
#include "store/safekeeping_files.h"
#include "store/salvage.h"
#include "store/set_aside.h"
#include "store/sqlite.h"
#include "store/sqlite_memory.h"

namespace icure::store {
namespace {

constexpr auto kRestoringName = "ledger.db.restoring";
constexpr auto kWhy = "replaced";

bool newer(const std::string& path, WallTime made) {
  const auto changed = changed_at(path);
  return changed && *changed > made;
}

Result<Done> put_aside(const std::string& directory, const std::string& name, WallTime now,
                       std::vector<std::string>& aside) {
  if (!exists(directory + "/" + name)) return Done{};
  auto moved = move_aside(directory, name, kWhy, now);
  if (!moved) return std::move(moved).error();
  aside.push_back(std::move(*moved));
  return Done{};
}

/// Whether the keys in place are these, and open with the store key.
bool in_place(const RestoreOptions& options, const Keys& keys) {
  const auto text = read_small(options.directory + "/" + std::string(kKeysName));
  if (!text) return false;
  const auto present = keys_in(*text, SlotKind::store, options.store_key);
  return present && present->of_database(kLedgerName).equals(keys.of_database(kLedgerName));
}

/// The keys decide what opens: with other ones mirror and audit log are nobody's.
Result<Done> replace_keys(const RestoreOptions& options, const Keys& keys, const std::string& text,
                          std::vector<std::string>& aside) {
  if (in_place(options, keys)) return Done{};
  for (const auto& name : {std::string(kMirrorName), std::string(kAuditName),
                           std::string(kKeysCopyName), std::string(kKeysName)}) {
    auto moved = put_aside(options.directory, name, options.now, aside);
    if (!moved) return moved;
  }
  for (const auto name : {kKeysCopyName, kKeysName}) {
    auto wrote = write_durably(options.directory, std::string(name), text);
    if (!wrote) return wrote;
  }
  if (!options.recovery_key) return Done{};
  return keys.wrap_under(options.store_key, options.directory, options.random);
}

Result<Keys> keys_of_backup(const RestoreOptions& options, const std::string& text) {
  if (options.recovery_key) return keys_in(text, SlotKind::recovery, *options.recovery_key);
  return keys_in(text, SlotKind::store, options.store_key);
}

/// Proves that the directory is ours and no daemon runs, as long as it lives.
Result<FileLock> lock(const std::string& directory) {
  wipe_what_sqlite_frees();
  auto usable = private_directory(directory);
  if (!usable) return std::move(usable).error();
  auto locked = FileLock::acquire(directory + "/lock");
  if (locked || locked.error().code != Code::conflict) return locked;
  return Error{Code::conflict, "a daemon has the store in " + directory + " open",
               "stop it first: systemctl stop icure-syncd.socket (stops both)"};
}

}  // namespace

Result<Restored> restore(const RestoreOptions& options) {
  auto locked = lock(options.directory);
  if (!locked) return std::move(locked).error();
  auto head = read_backup_head(options.backup);
  if (!head) return std::move(head).error();
  const auto ledger = options.directory + "/" + kLedgerName;
  if (!options.replace_newer && (newer(ledger, head->made) || newer(ledger + "-wal", head->made))) {
    return Error{Code::conflict,
                 "the ledger in " + options.directory + " changed after this backup was made, at " +
                     rfc3339(head->made),
                 "what was accepted since then would be lost; if that is meant, use --force"};
  }
  auto keys = keys_of_backup(options, head->keys);
  if (!keys) return std::move(keys).error();
  auto facts = take_out_ledger(options.backup, *head, *keys, options.directory, kRestoringName);
  if (!facts) return std::move(facts).error();
  Restored restored{std::move(*facts), {}};
  auto moved = put_aside(options.directory, kLedgerName, options.now, restored.aside);
  if (moved) moved = replace_keys(options, *keys, head->keys, restored.aside);
  if (moved) moved = rename_durably(options.directory + "/" + kRestoringName, ledger);
  if (!moved) return std::move(moved).error();
  return restored;
}

Result<std::string> adopt(const AdoptOptions& options) {
  const auto& directory = options.directory;
  const auto path = directory + "/" + kLedgerName;
  if (!exists(path)) {
    return Error{Code::not_found, "there is no store in " + directory, "start the daemon"};
  }
  auto locked = lock(directory);
  if (!locked) return std::move(locked).error();
  std::vector<std::string> warnings;
  auto keys = open_keys(directory, options.store_key, warnings);
  if (!keys) return std::move(keys).error();
  return guarded([&]() -> Result<std::string> {
    auto ledger = open_ledger(path, keys->of_database(kLedgerName));
    if (!ledger) return std::move(ledger).error();
    auto before = platform_of_ledger(*ledger, options.platform);
    if (before == options.platform) return before;
    // The mirror first: one of the old platform must never be taken for one of the new.
    std::vector<std::string> aside;
    auto moved = put_aside(directory, kMirrorName, options.now, aside);
    if (!moved) return std::move(moved).error();
    SQLite::Transaction move(*ledger);
    move_to_platform(*ledger, options.platform);
    move.commit();
    return before;
  });
}

Result<Secret> new_recovery_key(const KeyOptions& options) {
  auto locked = lock(options.directory);
  if (!locked) return std::move(locked).error();
  std::vector<std::string> mended;
  auto keys = open_or_create_keys(options.directory, options.store_key, options.random, mended);
  if (!keys) return std::move(keys).error();
  auto made = make_recovery_key(options.random);
  auto wrapped = keys->wrap_for_recovery(made.key, options.directory, options.random);
  if (!wrapped) return std::move(wrapped).error();
  return std::move(made.text);
}

Result<Done> recover(const KeyOptions& options, const Secret& recovery_key) {
  auto locked = lock(options.directory);
  if (!locked) return std::move(locked).error();
  auto keys = recover_keys(options.directory, recovery_key);
  if (!keys) return std::move(keys).error();
  return keys->wrap_under(options.store_key, options.directory, options.random);
}

Result<Exported> export_ledger(const std::string& directory, const Secret& store_key,
                               const std::string& file) {
  const auto path = directory + "/" + kLedgerName;
  if (!exists(path)) return Error{Code::not_found, "there is no " + path};
  if (exists(file)) {
    return Error{Code::conflict, "there is a file " + file, "name another one"};
  }
  auto locked = lock(directory);
  if (!locked) return std::move(locked).error();
  std::vector<std::string> warnings;
  auto keys = open_keys(directory, store_key, warnings);
  if (!keys) return std::move(keys).error();
  auto found = guarded([&]() -> Result<Readable> {
    return read_what_can_be_read(path, keys->of_database(kLedgerName));
  });
  if (!found) {
    return Error{found.error().code, path + " cannot be read at all: " + found.error().message,
                 "bring a backup back: icurectl backup restore"};
  }
  auto wrote = write_parts(file, {found->lines}, {file, 0, 0});
  if (!wrote) return std::move(wrote).error();
  return Exported{found->rows, found->whole};
}

bool restore_was_cut_off(const std::string& directory) {
  return exists(directory + "/" + kRestoringName);
}

}  // namespace icure::store
