// The file `keys`: one random master key, wrapped under the store key, from which every
// database's key is derived. Knows no database.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"

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

 private:
  Secret master_;
};

/// Opens the keys in `directory` with a store key of 32 bytes. A damaged or missing copy is
/// restored from the other one, which adds a warning. Fails with not_found if there is neither,
/// else with wrong_key if none opens; then nothing was changed.
Result<Keys> open_keys(const std::string& directory, const Secret& store_key,
                       std::vector<std::string>& warnings);

/// Makes new keys. Only where no database exists: older ones would be lost. Fails with io or
/// read_only.
Result<Keys> create_keys(const std::string& directory, const Secret& store_key, Random& random);

}  // namespace icure::store
