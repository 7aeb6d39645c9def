// What is done to a store while no daemon has it open: a backup is brought back, a move to another
// platform is confirmed.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "store/safekeeping.h"

namespace icure::store {

struct RestoreOptions {
  std::string backup;
  std::string directory;
  const Secret& store_key;  ///< That was in use when the backup was made.
  bool replace_newer = false;
  WallTime now;
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

/// Whether a restore was cut off in that directory.
bool restore_was_cut_off(const std::string& directory);

}  // namespace icure::store
