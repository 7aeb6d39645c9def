// What one imported key opens: itself, the keys of its owner that it recovers, and the exchange
// keys of both. Each key has its own, so that it can be told and taken back what it opened.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "sync/decrypt/exchange_keys.h"
#include "sync/decrypt/key_ring.h"
#include "sync/decrypt/patient.h"

namespace icure::sync {

/// Whether a data owner's document holds exchange keys at all: most patients' do not, and are not
/// worth parsing.
bool has_exchange_keys(std::string_view owner_document);
/// Whether shares of its key lie with notaries.
bool has_shares(std::string_view owner_document);

/// Confined to one thread.
class KeySet {
 public:
  /// Fails with not_found if the owner's document does not list the key; with corrupt if it cannot
  /// be read.
  static Result<std::unique_ptr<KeySet>> make(std::string owner, std::string_view owner_document,
                                              decrypt::PrivateKey key);
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

  const std::string& owner() const { return owner_; }
  const std::string& fingerprint() const { return fingerprint_; }
  /// Whether it is this key, or one that this key recovered.
  bool holds(const decrypt::PrivateKey& key) const { return ring_.holds(key.spki_hex()); }
  const decrypt::ExchangeKeys& exchange() const { return exchange_; }

  // Each returns how many exchange keys a document gave that was not learned before; 0 also if it
  // cannot be read.
  std::size_t learn_owner(std::string_view id, std::string_view rev, std::string_view document);
  std::size_t learn_exchange_data(std::string_view id, std::string_view rev,
                                  std::string_view document);

  /// Takes up keys of the owner that its transferKeys hold. True: there were some, and all
  /// documents are to be learned again.
  bool recover(std::string_view owner_document);

  decrypt::PatientReader& reader() { return reader_; }

 private:
  KeySet(std::string owner, std::string fingerprint)
      : owner_(std::move(owner)),
        fingerprint_(std::move(fingerprint)),
        exchange_(ring_),
        reader_(exchange_) {}
  bool is_new(std::string_view id, std::string_view rev);

  std::string owner_;
  std::string fingerprint_;
  decrypt::KeyRing ring_;
  decrypt::ExchangeKeys exchange_;
  decrypt::PatientReader reader_;
  std::unordered_set<std::size_t> learned_;  // hashes of id and rev; RSA is what costs
};

}  // namespace icure::sync
