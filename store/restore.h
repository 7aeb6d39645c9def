// A backup becomes the store again, while no daemon runs.
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
  const Clock& clock;
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

/// Whether a restore was cut off in that directory.
bool restore_was_cut_off(const std::string& directory);

}  // namespace icure::store
