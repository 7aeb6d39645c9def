// What is done to a store while no daemon has it open: a backup is brought back, a move to another
// platform is confirmed, a lost store key is replaced, what can be read of a ledger is taken out.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "store/safekeeping.h"

namespace icure::store {

struct RestoreOptions {
  std::string backup;
  std::string directory;
  const Secret& store_key;  ///< That was in use when the backup was made, but for the next one.
  const Secret* recovery_key = nullptr;  ///< Opens the backup in its place; see recovery_key.h.
  bool replace_newer = false;
  WallTime now;
  Random& random;
};

struct Restored {
  BackupFacts backup;
  std::vector<std::string> aside;  ///< What was there before, under these names now.
};

/// Puts the ledger and the keys of the backup in place; what was there is kept beside them. Work
/// that was unfinished in it is held by the next start, since it may be done by now. Fails with
/// - conflict: a daemon has the store open, or its ledger changed after the backup was made;
/// - not_found, invalid, wrong_key or corrupt: the backup cannot be used; see Safekeeping;
/// - io or read_only. A restore that is cut off must be run again: until then nothing opens.
Result<Restored> restore(const RestoreOptions& options);

struct AdoptOptions {
  std::string directory;
  const Secret& store_key;
  std::string platform;  ///< As in store::Options.
  WallTime now;
};

/// Lets the store belong to `platform`, and returns the one before. What the mirror holds of that
/// one is set aside, unfinished work is held by the next start, since it was meant for there, and
/// everybody logs in anew. Changes nothing if it belongs to `platform` already. Fails with
/// not_found if there is no store, conflict if a daemon has it open, invalid if it is not ours or
/// of a newer program, wrong_key, corrupt, io or read_only; cut off, it is run again.
Result<std::string> adopt(const AdoptOptions& options);

struct KeyOptions {
  std::string directory;
  const Secret& store_key;
  Random& random;
};

/// Makes a recovery key and returns it as a person writes it down. One that was made before opens
/// nothing but older copies. Makes the keys too where there is no store yet. Fails with conflict if
/// a daemon has the store open, invalid if it is not ours, wrong_key, io or read_only.
Result<Secret> new_recovery_key(const KeyOptions& options);

/// For a store whose store key is lost: from now on `store_key` opens it, and once a daemon has
/// started with it no other one. Fails with conflict if a daemon has the store open, not_found if
/// there are no keys, invalid, wrong_key, corrupt, io or read_only.
Result<Done> recover(const KeyOptions& options, const Secret& recovery_key);

struct Exported {
  std::uint64_t rows = 0;
  bool whole = true;  ///< Nothing was met that cannot be read.
};

/// Writes what can be read of the ledger, damaged or not, into a new file of mode 0600, a JSON
/// object a line, in clear: items of the outbox, their steps, invitations. The ledger stays as it
/// is. Fails with conflict if the file exists or a daemon has the store open, not_found if there is
/// no ledger, wrong_key, corrupt if nothing of it can be read, io or read_only.
Result<Exported> export_ledger(const std::string& directory, const Secret& store_key,
                               const std::string& file);

/// Whether a restore was cut off in that directory.
bool restore_was_cut_off(const std::string& directory);

}  // namespace icure::store
