// The pages of a closed SQLCipher 4 database as they are once decrypted, the free ones included:
// for finding what should have been erased. Raw key, default settings.
#pragma once
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "daemon/base/secret.h"

namespace icure::support {

inline std::string clear_pages(const std::string& file, const Secret& key) {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kReserve = 80;  // at the end of a page: IV of 16 bytes, HMAC of 64
  constexpr std::size_t kSalt = 16;     // at the beginning of the file, in clear
  std::string clear;
  for (std::size_t at = 0; at + kPage <= file.size(); at += kPage) {
    const auto* page = reinterpret_cast<const unsigned char*>(file.data()) + at;
    const std::size_t from = at == 0 ? kSalt : 0;
    std::string text(kPage - kReserve - from, '\0');
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
        EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0;
    EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.bytes().data(),
                       page + kPage - kReserve);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(text.data()), &size,
                      page + from, static_cast<int>(text.size()));
    clear += text;
  }
  return clear;
}

}  // namespace icure::support
