// The two symmetric primitives that the platform's formats use: AES-CBC and SHA-256.
#pragma once
#include <array>
#include <memory>
#include <optional>

#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

/// An AES-128 or AES-256 key, by its length. Wiped at the end.
class AesKey {
 public:
  static std::optional<AesKey> from(View bytes);  ///< Nothing unless 16 or 32 bytes.
  AesKey(const AesKey&) = default;
  AesKey& operator=(const AesKey&) = default;
  ~AesKey() { wipe(bytes_.data(), bytes_.size()); }

  View bytes() const { return {bytes_.data(), size_}; }
  bool operator==(const AesKey& other) const;  ///< Constant time for equal lengths.

 private:
  AesKey() = default;
  std::array<unsigned char, 32> bytes_{};
  std::size_t size_ = 0;
};

/// Opens `16 byte IV || AES-CBC, PKCS#7`, the platform's one way of sealing with a shared key.
/// Holds what OpenSSL can reuse; one thread at a time.
class AesCbc {
 public:
  AesCbc();
  ~AesCbc();
  /// False if the length or the padding is wrong. True proves nothing: there is no tag, and one
  /// wrong key in 256 passes. The caller checks the content.
  [[nodiscard]] bool decrypt(const AesKey& key, View sealed, Bytes& plain);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

using Digest = std::array<unsigned char, 32>;
Digest sha256(View bytes);

}  // namespace icure::sync::decrypt
