// The AES keys that two data owners share, opened with the private keys at hand. One key opens the
// key of many patients, so each is opened once, here; RSA is what costs.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sync/decrypt/cipher.h"
#include "sync/decrypt/key_ring.h"

namespace icure::sync::decrypt {

/// What came of one document: how many exchange keys it gave, and how many were sealed for a key
/// at hand and still did not open.
struct Opened {
  std::size_t keys = 0;
  std::size_t damaged = 0;
};

/// Filled from documents in any order by one thread, then read by any. Adding a document twice
/// changes nothing. Every add fails with corrupt if the document cannot be read at all.
class ExchangeKeys {
 public:
  explicit ExchangeKeys(const KeyRing& ring) : ring_(ring) {}  ///< The ring outlives this.

  /// Legacy: aesExchangeKeys and hcPartyKeys of an hcp, patient or device.
  Result<Opened> add_owner(std::string_view document);
  /// Platform: GET exchangedata.
  Result<Opened> add_exchange_data(std::string_view document);
  /// Platform: names the exchange data behind a secure delegation whose other side is anonymous.
  Result<Opened> add_exchange_data_map(std::string_view document);
  /// What recovery data holds; both as raw bytes. False if the key has no AES length.
  bool add_recovered(std::string_view exchange_data_id, View exchange_key,
                     View access_control_secret);

  /// Legacy keys of delegator -> delegate, all that were ever in use.
  std::span<const AesKey> between(std::string_view delegator, std::string_view delegate) const;
  /// The same and the keys of exchange data between the two.
  std::vector<AesKey> all_between(std::string_view delegator, std::string_view delegate) const;
  /// The key of a secure delegation; null if none of those at hand is it. The id may be empty.
  const AesKey* of_delegation(std::string_view delegation_key,
                              std::string_view exchange_data_id) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  const KeyRing& ring_;
  ByText<std::vector<AesKey>> legacy_;        // by delegator, line feed, delegate
  ByText<std::vector<AesKey>> data_between_;  // the same
  ByText<AesKey> by_id_;
  ByText<AesKey> by_delegation_;
  ByText<std::string> mapped_;  // delegation key -> exchange data id
};

/// The key of an entity's secure delegation in its securityMetadata.
/// Platform: hex(SHA-256(SHA-256(hex(secret) || type)[0..16])); the type is "Patient" and so on.
std::string delegation_key(View access_control_secret, std::string_view entity_type);

}  // namespace icure::sync::decrypt
