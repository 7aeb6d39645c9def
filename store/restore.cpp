#include "store/restore.h"

#include "store/backup_file.h"
#include "store/file_names.h"
#include "store/files.h"
#include "store/keys.h"
#include "store/safekeeping_files.h"
#include "store/set_aside.h"
#include "store/sqlite_memory.h"

namespace icure::store {
namespace {

constexpr auto kRestoringName = "ledger.db.restoring";
constexpr auto kWhy = "replaced";

bool newer(const std::string& path, WallTime made) {
  const auto changed = changed_at(path);
  return changed && *changed > made;
}

Result<Done> put_aside(const RestoreOptions& options, const std::string& name,
                       std::vector<std::string>& aside) {
  if (!exists(options.directory + "/" + name)) return Done{};
  auto moved = move_aside(options.directory, name, kWhy, options.clock.wall());
  if (!moved) return std::move(moved).error();
  aside.push_back(std::move(*moved));
  return Done{};
}

/// The keys decide what opens: with other ones the mirror is nobody's.
Result<Done> replace_keys(const RestoreOptions& options, const std::string& keys,
                          std::vector<std::string>& aside) {
  const auto present = read_small(options.directory + "/" + std::string(kKeysName));
  if (present && *present == keys) return Done{};
  for (const auto& name :
       {std::string(kMirrorName), std::string(kKeysCopyName), std::string(kKeysName)}) {
    auto moved = put_aside(options, name, aside);
    if (!moved) return moved;
  }
  for (const auto name : {kKeysCopyName, kKeysName}) {
    auto wrote = write_durably(options.directory, std::string(name), keys);
    if (!wrote) return wrote;
  }
  return Done{};
}

}  // namespace

Result<Restored> restore(const RestoreOptions& options) {
  wipe_what_sqlite_frees();
  auto usable = private_directory(options.directory);
  if (!usable) return std::move(usable).error();
  auto lock = FileLock::acquire(options.directory + "/lock");
  if (!lock && lock.error().code == Code::conflict) {
    return Error{Code::conflict, "a daemon has the store in " + options.directory + " open",
                 "stop it first: systemctl stop icure-syncd.socket icure-syncd.service"};
  }
  if (!lock) return std::move(lock).error();
  auto head = read_backup_head(options.backup);
  if (!head) return std::move(head).error();
  const auto ledger = options.directory + "/" + kLedgerName;
  if (!options.replace_newer && (newer(ledger, head->made) || newer(ledger + "-wal", head->made))) {
    return Error{Code::conflict,
                 "the ledger in " + options.directory + " changed after this backup was made, at " +
                     rfc3339(head->made),
                 "what was accepted since then would be lost; if that is meant, use --force"};
  }
  auto facts =
      take_out_ledger(options.backup, options.store_key, options.directory, kRestoringName);
  if (!facts) return std::move(facts).error();
  Restored restored{std::move(*facts), {}};
  auto moved = put_aside(options, kLedgerName, restored.aside);
  if (moved) moved = replace_keys(options, head->keys, restored.aside);
  if (moved) moved = rename_durably(options.directory + "/" + kRestoringName, ledger);
  if (!moved) return std::move(moved).error();
  return restored;
}

bool restore_was_cut_off(const std::string& directory) {
  return exists(directory + "/" + kRestoringName);
}

}  // namespace icure::store
