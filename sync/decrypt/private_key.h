// A data owner's private key: taken in from any form in which applications of the platform keep
// one, checked, matched by fingerprint, used.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "sync/decrypt/bytes.h"

namespace icure::sync::decrypt {

/// Platform: the field of the data owner that lists the public key tells, and nothing else does.
enum class OaepHash { sha1, sha256 };

/// The platform's name for a key pair, in its shortest form: the last 32 hex digits of the public
/// key's SPKI (v1) without their last 10 (v2), in lower case. It is no hash. Takes either form, or
/// a whole SPKI in hex; nothing for any other text. The same key gives the same value.
std::optional<std::string> fingerprint_of(std::string_view text);

/// An RSA private key of 2048 to 8192 bits with e = 65537, whose halves belong together. Its
/// numbers lie in locked memory (see protect_secrets). Any thread, several at once.
class PrivateKey {
 public:
  /// Takes PKCS#8 or PKCS#1 as PEM, DER, hex or base64, a JWK, or one of the SDKs' storage values
  /// {"privateKey": JWK or base64, ...}. Fails with invalid; the hint says what to do.
  static Result<PrivateKey> take_in(View text);

  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();

  /// The public half as the platform lists it: SubjectPublicKeyInfo, DER, lower-case hex.
  const std::string& spki_hex() const { return spki_hex_; }
  std::string fingerprint_v1() const;  ///< 32 digits: legacy fields, storage.
  std::string fingerprint_v2() const;  ///< 22 digits: exchange data.
  Secret to_pkcs8() const;             ///< DER, for the ledger.

  /// RSA-OAEP, no label. False for every reason alike; `plain` is empty then.
  [[nodiscard]] bool decrypt(OaepHash hash, View sealed, Bytes& plain) const;

 private:
  struct Numbers;
  PrivateKey(std::unique_ptr<Numbers> numbers, std::string spki_hex);
  std::unique_ptr<Numbers> numbers_;
  std::string spki_hex_;
};

}  // namespace icure::sync::decrypt
