// The parts of an entity that say who can open it, as views of its text. Used inside this folder.
#pragma once
#include <simdjson.h>

#include <string_view>
#include <vector>

namespace icure::sync::decrypt {

/// One entry of the legacy maps delegations and encryptionKeys.
struct Delegation {
  std::string_view delegator;
  std::string_view delegate;
  std::string_view sealed;  ///< Hex.
};

/// One value of a secure delegation.
struct SecureValue {
  std::string_view delegation_key;
  std::string_view exchange_data_id;  ///< May be empty.
  std::string_view sealed;            ///< Base64.
};

struct SecureDelegations {
  std::vector<SecureValue> encryption_keys;
  std::vector<SecureValue> secret_ids;
};

// Both replace what was there by what they can read; it lives as long as the text, and until the
// parser's next pass. The text was checked to be whole JSON within a padded text; an empty one
// holds nothing. False: some of it has an unknown shape, which is left out.
bool read_delegations(simdjson::ondemand::parser& parser, std::string_view json,
                      std::vector<Delegation>& delegations);
bool read_security_metadata(simdjson::ondemand::parser& parser, std::string_view json,
                            SecureDelegations& delegations);

}  // namespace icure::sync::decrypt
