// The private keys of data owners that were imported here: the platform never has them, so they
// exist only in the ledger.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace icure::store {

struct ImportedKey {
  std::string owner;        ///< The data owner's id.
  std::string fingerprint;  ///< The platform's name of the key pair: 32 hex digits.
  WallTime imported{};
  Secret pkcs8;  ///< DER.
};

/// Confined to the ledger's thread. Each key is sealed by itself, beyond the encryption of the
/// file, so that no cached page holds one in clear. Fails with io (disk full: read_only) or
/// corrupt; what returned is on the disk.
class PrivateKeys {
 public:
  virtual ~PrivateKeys() = default;

  /// A key that is there already keeps its time.
  virtual Result<Done> keep(const ImportedKey& key) = 0;
  /// Oldest first. Fails with corrupt if one of them does not open.
  virtual Result<std::vector<ImportedKey>> all() = 0;
  /// Returns whether there was one.
  virtual Result<bool> remove(std::string_view owner, std::string_view fingerprint) = 0;
};

}  // namespace icure::store
