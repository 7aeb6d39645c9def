// Copies of what exists only here, checks of what is on the disk, and a new store key.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace icure::store {

struct FileCheck {
  std::string name;
  std::uint64_t bytes = 0;
  std::vector<std::string> faults;  ///< In SQLite's words, the first hundred; none: it is sound.
};

struct BackupFacts {
  WallTime made;
  std::uint64_t bytes = 0;
  FileCheck ledger;  ///< The copy in it.
};

/// For any one thread, while the others go on. Takes as long as reading the files takes, and holds
/// up no reader and no writer.
class Safekeeping {
 public:
  virtual ~Safekeeping() = default;
  /// Writes the ledger, as it is now, and the wrapped keys into one file of mode 0600, durably. The
  /// mirror is not in it, since the platform can give it again, nor who is logged in. Needs room
  /// for a copy of the ledger in its directory for that time. `path` is absolute. Fails with
  /// conflict if it exists, invalid if its directory does not, corrupt if the ledger is damaged, io
  /// or read_only; then there is no such file.
  virtual Result<BackupFacts> back_up(const std::string& path) = 0;
  /// Opens the ledger in that file and reads all of it; a backup of another store, or a damaged
  /// one, has faults. Fails with not_found, invalid if it is no backup, io or read_only.
  virtual Result<BackupFacts> check_backup(const std::string& path) = 0;
  /// Reads every page of the ledger and the mirror. Fails with io.
  virtual Result<std::vector<FileCheck>> check() = 0;
  /// The next start may be with this store key, and after one such start it must. Fails with io or
  /// read_only; then the one in use goes on opening the store.
  virtual Result<Done> rekey(const Secret& store_key) = 0;
};

}  // namespace icure::store
