// The writing side of the platform's encryption, for tests alone: the product only reads.
#pragma once
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/base/hex.h"
#include "sync/decrypt/private_key.h"

namespace icure::sync::decrypt {

inline std::string text_from_hex(std::string_view hex) {
  const auto bytes = from_hex(hex).value();
  return {bytes.begin(), bytes.end()};
}

inline std::string hex_of(std::string_view text) {
  return to_hex(as_bytes(text));
}

inline std::string base64_of(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   as_bytes(text).data(), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

/// IV || AES-CBC; the cipher by the key's length. The IV is fixed: these are tests.
inline std::string seal_aes(std::string_view key, std::string_view text) {
  const std::string iv = "sixteen bytes iv";
  std::string sealed(text.size() + 16, '\0');
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int most = 0;
  int last = 0;
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  EVP_EncryptInit_ex2(context.get(), key.size() == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc(),
                      as_bytes(key).data(), as_bytes(iv).data(), nullptr);
  EVP_EncryptUpdate(context.get(), out, &most, as_bytes(text).data(),
                    static_cast<int>(text.size()));
  EVP_EncryptFinal_ex(context.get(), out + most, &last);
  sealed.resize(static_cast<std::size_t>(most) + static_cast<std::size_t>(last));
  return iv + sealed;
}

inline std::string seal_rsa(std::string_view spki_hex, OaepHash hash, std::string_view text) {
  const auto der = text_from_hex(spki_hex);
  const auto* at = as_bytes(der).data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  std::string sealed(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = sealed.size();
  if (EVP_PKEY_encrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(),
                                   hash == OaepHash::sha1 ? EVP_sha1() : EVP_sha256()) != 1 ||
      EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(sealed.data()), &size,
                       as_bytes(text).data(), text.size()) != 1) {
    throw std::runtime_error("could not seal");
  }
  return sealed;
}

}  // namespace icure::sync::decrypt
