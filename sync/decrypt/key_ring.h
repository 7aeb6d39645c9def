// The private keys at hand, by the data owner whose they are.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sync/decrypt/private_key.h"

namespace icure::sync::decrypt {

struct PublicKey {
  std::string spki_hex;  ///< Lower case.
  OaepHash hash;
};

/// The public keys that a data owner's document lists, each once. Fails with corrupt if the
/// document is no JSON object, names a member twice, or lists a key for both hashes.
Result<std::vector<PublicKey>> public_keys(std::string_view owner_document);

/// Filled by one thread, then read by any.
class KeyRing {
 public:
  struct Entry {
    std::string owner;
    OaepHash hash;
    PrivateKey key;
  };

  /// Adds a key of the owner whose document this is; a key that is there already changes nothing.
  /// Fails with not_found if the document does not list the key, corrupt as public_keys does.
  Result<Done> add(std::string_view owner_document, PrivateKey key);

  const std::vector<Entry>& entries() const { return entries_; }
  bool holds(std::string_view spki_hex) const;

  /// Opens what was sealed for the key of this fingerprint, of either form; with an empty one,
  /// what was sealed for any key here. False for every reason alike.
  [[nodiscard]] bool open(std::string_view fingerprint, View sealed, Bytes& plain) const;
  /// Opens what was sealed with SHA-1 for some key of this owner.
  [[nodiscard]] bool open_for(std::string_view owner, View sealed, Bytes& plain) const;
  /// Whether a value sealed under this fingerprint is meant for a key here.
  bool is_meant(std::string_view fingerprint) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace icure::sync::decrypt
