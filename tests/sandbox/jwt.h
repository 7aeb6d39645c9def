// Makes signed JSON web tokens (RS256) with a key of its own.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

extern "C" {
struct evp_pkey_st;
}

namespace icure::sandbox {

class JwtSigner {
 public:
  /// Makes a new RSA key of 2048 bits, which takes some tenths of a second.
  JwtSigner();

  std::string sign(const nlohmann::json& claims) const;
  /// SubjectPublicKeyInfo in base64, as the platform publishes it.
  std::string public_key() const;

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  std::unique_ptr<evp_pkey_st, FreeKey> key_;
};

}  // namespace icure::sandbox
