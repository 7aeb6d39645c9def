// The file `keys`: one random master key, wrapped under the store key and perhaps under a recovery
// key, from which every database's key is derived. Knows no database.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "store/key_slots.h"

namespace icure::store {

inline constexpr std::string_view kKeysName = "keys";
inline constexpr std::string_view kKeysCopyName = "keys.bak";

/// The store key from its 64 hex digits; white space around them is allowed. Fails with
/// wrong_key, in words that do not repeat the text.
Result<Secret> parse_store_key(std::string_view text);

class Keys {
 public:
  explicit Keys(Secret master) : master_(std::move(master)) {}
  /// The raw key of the database of that file name.
  Secret of_database(std::string_view file_name) const;
  /// Wraps the master key under another store key too. The older ones go on opening the keys until
  /// open_keys() has succeeded with this one once: a daemon that still finds the old key starts.
  /// Fails with io or read_only.
  Result<Done> wrap_under(const Secret& store_key, const std::string& directory,
                          Random& random) const;
  /// Wraps the master key under this recovery key, and under none that was made before. Fails with
  /// io or read_only.
  Result<Done> wrap_for_recovery(const Secret& recovery_key, const std::string& directory,
                                 Random& random) const;

 private:
  Secret master_;
};

/// Opens the keys in `directory` with a store key of 32 bytes. A damaged or missing copy is
/// restored from the other one, which adds a warning. What older store keys open is dropped when
/// the newest one was given. Fails with not_found if there is neither,
/// else with wrong_key if none opens; then nothing was changed.
Result<Keys> open_keys(const std::string& directory, const Secret& store_key,
                       std::vector<std::string>& warnings);

/// The keys in the text of a keys file; for one that lies in a backup. Fails with wrong_key or
/// corrupt.
Result<Keys> keys_in(std::string_view text, SlotKind kind, const Secret& key);

/// The keys in `directory`, whose store key is lost; nothing is changed. Fails with not_found,
/// wrong_key or corrupt.
Result<Keys> recover_keys(const std::string& directory, const Secret& recovery_key);

/// Whether it is the undamaged text of a keys file, whatever opens it.
bool are_whole_keys(std::string_view text);

/// Makes new keys. Only where no database exists: older ones would be lost. Fails with io or
/// read_only.
Result<Keys> create_keys(const std::string& directory, const Secret& store_key, Random& random);

/// Opens the keys, or makes them where there is no database yet. Fails as both, with wrong_key if
/// there is a database without keys.
Result<Keys> open_or_create_keys(const std::string& directory, const Secret& store_key,
                                 Random& random, std::vector<std::string>& warnings);

}  // namespace icure::store
