// Private keys that the platform keeps in sealed form, for who has lost a device: transfer keys,
// shares with notaries, recovery data.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "sync/decrypt/exchange_keys.h"

namespace icure::sync::decrypt {

/// The keys of a data owner that the exchange keys at hand open in its transferKeys and
/// privateKeyShamirPartitions, each once. Only keys whose public half the document lists, never a
/// guess; those that the ring holds are left out. A key that is found may open further ones: the
/// caller adds it to the ring, opens the exchange keys anew and asks again until nothing is new.
/// Fails with corrupt as public_keys does.
Result<std::vector<PrivateKey>> recover_keys(std::string_view owner_document,
                                             const ExchangeKeys& exchange, const KeyRing& ring);
/// The same with what several opened, each for itself: shares lie with several notaries.
Result<std::vector<PrivateKey>> recover_keys(std::string_view owner_document,
                                             std::span<const ExchangeKeys* const> exchange,
                                             const KeyRing& ring);

/// The data owners that hold a share of this owner's key. None if the document cannot be read.
std::vector<std::string> notaries_of(std::string_view owner_document);

/// A recovery key of 32 or 16 bytes, from the base32 that people are shown (spaces and dashes do
/// not matter) or from hex. Fails with invalid.
Result<Secret> read_recovery_key(std::string_view text);

/// The platform's id of the recovery data that this key opens: hex(SHA-256(key)).
std::string recovery_data_id(const Secret& recovery_key);

/// What recovery data held: key pairs, or exchange keys.
struct Recovered {
  struct Pair {
    std::string owner;
    OaepHash hash;
    PrivateKey key;
  };
  struct Exchange {
    std::string exchange_data_id;
    Bytes exchange_key;
    Bytes access_control_secret;
  };
  std::vector<Pair> pairs;
  std::vector<Exchange> exchange;  ///< For ExchangeKeys::add_recovered.
};

/// Opens a RecoveryData document. Fails with wrong_key if it belongs to another recovery key or
/// does not open, corrupt if it or its content is not what the platform writes. It may have
/// expired: that is the platform's to tell.
Result<Recovered> open_recovery_data(std::string_view document, const Secret& recovery_key);

}  // namespace icure::sync::decrypt
