// The recovery key: what opens the store's keys when the store key is lost. A person keeps it on
// paper, so it is short enough to be typed, and typing mistakes are found.
#pragma once
#include <string_view>

#include "daemon/base/random.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace icure::store {

struct RecoveryKey {
  Secret text;  ///< For the person: nine groups of four letters and digits.
  Secret key;   ///< kKeyBytes, for the slot.
};

/// 160 bits of chance.
RecoveryKey make_recovery_key(Random& random);

/// The key in what a person typed; case, spaces and dashes do not matter, and letters that look
/// like digits are taken for these. Fails with wrong_key, in words that do not repeat it.
Result<Secret> parse_recovery_key(std::string_view typed);

}  // namespace icure::store
