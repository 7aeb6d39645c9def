#include "store/keyed_hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <string>

namespace icure::store {
namespace {

/// OpenSSL fails on these only without memory or without its own default algorithms.
void must(bool ok) {
  if (!ok) std::abort();
}

EVP_MAC_CTX* mac_of(void* context) {
  return static_cast<EVP_MAC_CTX*>(context);
}

}  // namespace

void KeyedHash::Free::operator()(void* context) const {
  EVP_MAC_CTX_free(mac_of(context));
}

KeyedHash::KeyedHash(const Secret& key) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  must(mac != nullptr);
  context_.reset(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);  // the context holds on to it
  must(context_ != nullptr);
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  must(EVP_MAC_init(mac_of(context_.get()), key.bytes().data(), key.size(), parameters) == 1);
}

KeyedHash::Hash KeyedHash::of(std::string_view bytes) {
  auto* mac = mac_of(context_.get());
  Hash hash{};
  std::size_t size = 0;
  must(EVP_MAC_init(mac, nullptr, 0, nullptr) == 1);  // the same key again
  must(EVP_MAC_update(mac, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) ==
       1);
  must(EVP_MAC_final(mac, hash.data(), &size, hash.size()) == 1 && size == hash.size());
  return hash;
}

}  // namespace icure::store
