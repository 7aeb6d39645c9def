// Safekeeping over the files of an open store, and what a restore needs of it. Internal.
#pragma once
#include <memory>

#include "daemon/base/random.h"
#include "store/backup_file.h"
#include "store/keys.h"
#include "store/safekeeping.h"

namespace icure::store {

struct KeptFiles {
  std::string directory;
  Random& random;
  const Clock& clock;
};

std::unique_ptr<Safekeeping> make_safekeeping(KeptFiles files, Keys keys);

/// Takes the ledger out of a backup into `directory/name` and proves it. Fails as check_backup();
/// the file is there only if it did not.
Result<BackupFacts> take_out_ledger(const std::string& backup, const BackupHead& head,
                                    const Keys& keys, const std::string& directory,
                                    const std::string& name);

}  // namespace icure::store
