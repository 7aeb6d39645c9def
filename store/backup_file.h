// The one file of a backup: a few lines of text, the wrapped keys, and a ledger that is encrypted
// as ever. Internal; knows no database.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace icure::store {

struct BackupHead {
  WallTime made;
  std::string keys;  ///< The text of the keys file.
  std::uint64_t ledger_bytes = 0;
  std::uint64_t ledger_at = 0;  ///< Where it begins.
};

/// Writes `path` from its parts, all or nothing and durably, with mode 0600. Fails with conflict if
/// it exists, invalid if its directory does not, io or read_only.
Result<std::uint64_t> write_backup(const std::string& path, WallTime made, std::string_view keys,
                                   const std::string& ledger_path);

/// Fails with not_found, io, or invalid if it is no whole backup.
Result<BackupHead> read_backup_head(const std::string& path);

/// Copies the ledger out of it into a new file, durably. Fails with io or read_only.
Result<Done> extract_ledger(const std::string& path, const BackupHead& head,
                            const std::string& ledger_path);

}  // namespace icure::store
