#include "store/seal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <cassert>
#include <cstdlib>
#include <memory>
#include <string>

namespace icure::store {
namespace {

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

/// OpenSSL fails on these only without memory or without its own default algorithms.
void must(bool ok) {
  if (!ok) std::abort();
}

std::unique_ptr<EVP_CIPHER_CTX, Free> begin(bool encrypt, const Secret& key,
                                            std::span<const unsigned char> nonce,
                                            std::string_view label) {
  assert(key.size() == kKeyBytes);
  std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
  must(context != nullptr);
  must(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(),
                         nonce.data(), encrypt ? 1 : 0) == 1);
  int ignored = 0;
  must(EVP_CipherUpdate(context.get(), nullptr, &ignored,
                        reinterpret_cast<const unsigned char*>(label.data()),
                        static_cast<int>(label.size())) == 1);
  return context;
}

}  // namespace

Sealed seal(const Secret& plain, const Secret& key, std::string_view label, Random& random) {
  Sealed sealed;
  random.fill(sealed.nonce);
  sealed.text.resize(plain.size());
  const auto context = begin(true, key, sealed.nonce, label);
  int size = 0;
  must(EVP_EncryptUpdate(context.get(), sealed.text.data(), &size, plain.bytes().data(),
                         static_cast<int>(plain.size())) == 1);
  must(EVP_EncryptFinal_ex(context.get(), sealed.text.data() + size, &size) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(sealed.tag.size()),
                           sealed.tag.data()) == 1);
  return sealed;
}

std::optional<Secret> unseal(const Sealed& sealed, const Secret& key, std::string_view label) {
  Secret plain = Secret::zeroed(sealed.text.size());
  const auto context = begin(false, key, sealed.nonce, label);
  auto tag = sealed.tag;
  int size = 0;
  must(EVP_DecryptUpdate(context.get(), plain.data(), &size, sealed.text.data(),
                         static_cast<int>(sealed.text.size())) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()),
                           tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context.get(), plain.data() + size, &size) != 1) return std::nullopt;
  return plain;
}

Secret derive(const Secret& master, std::string_view name) {
  const std::unique_ptr<EVP_KDF, Free> kdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
  must(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, Free> context(EVP_KDF_CTX_new(kdf.get()));
  must(context != nullptr);
  std::string digest = "SHA256";
  std::string info(name);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(
          OSSL_KDF_PARAM_KEY, const_cast<unsigned char*>(master.bytes().data()), master.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  Secret derived = Secret::zeroed(kKeyBytes);
  must(EVP_KDF_derive(context.get(), derived.data(), derived.size(), parameters) == 1);
  return derived;
}

}  // namespace icure::store
