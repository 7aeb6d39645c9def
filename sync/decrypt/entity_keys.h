// From the exchange keys at hand to the keys of one entity. Used inside this folder.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "sync/decrypt/exchange_keys.h"
#include "sync/decrypt/metadata.h"

namespace icure::sync::decrypt {

/// Opens what delegations hold. Values are tried with every key that may fit, and only what has
/// the form that the platform gives it is taken. One thread at a time.
class DelegationOpener {
 public:
  explicit DelegationOpener(const ExchangeKeys& exchange) : exchange_(exchange) {}

  // Each appends new values and returns how many delegations had an exchange key at hand.
  std::size_t open_keys(std::span<const Delegation> delegations, std::vector<AesKey>& keys);
  std::size_t open_keys(std::span<const SecureValue> values, std::vector<AesKey>& keys);
  std::size_t open_ids(std::span<const Delegation> delegations, std::vector<std::string>& ids);
  std::size_t open_ids(std::span<const SecureValue> values, std::vector<std::string>& ids);

  AesCbc& cipher() { return cipher_; }

 private:
  template <class Take>
  std::size_t open_legacy(std::span<const Delegation> delegations, Take take);
  template <class Take>
  std::size_t open_secure(std::span<const SecureValue> values, Take take);

  const ExchangeKeys& exchange_;
  AesCbc cipher_;
  Bytes sealed_;
  Bytes plain_;
  Bytes key_;
};

}  // namespace icure::sync::decrypt
