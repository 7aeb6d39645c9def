#include "tests/sandbox/jwt.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/sandbox/base64.h"

namespace icure::sandbox {
namespace {

std::string base64_url(std::string_view text) {
  std::string out = base64_encode(text);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

}  // namespace

void JwtSigner::FreeKey::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

JwtSigner::JwtSigner() : key_(EVP_RSA_gen(2048)) {
  if (!key_) std::abort();
}

std::string JwtSigner::sign(const nlohmann::json& claims) const {
  std::string text = base64_url(R"({"alg":"RS256"})") + "." + base64_url(claims.dump());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    std::abort();
  signature.resize(size);
  return text + "." + base64_url(signature);
}

std::string JwtSigner::public_key() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  if (size <= 0) std::abort();
  std::string out =
      base64_encode({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return out;
}

}  // namespace icure::sandbox
