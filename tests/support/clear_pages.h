// The pages of a SQLCipher 4 database as they are once decrypted, the free ones included, and those
// in its write-ahead log: for finding what should have been erased. Raw key, our page size.
#pragma once
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/secret.h"

namespace icure::support {

inline constexpr std::size_t kPageBytes = 8192;  // store/sqlite.cpp
inline constexpr std::size_t kLogHeader = 32;    // SQLite's file format
inline constexpr std::size_t kFrameHeader = 24;

/// `clear` bytes at the beginning are not encrypted: the salt, in the first page of the file.
inline std::string clear_page(std::string_view page, std::size_t clear, const Secret& key) {
  constexpr std::size_t kReserve = 80;  // at the end of a page: IV of 16 bytes, HMAC of 64
  const auto* bytes = reinterpret_cast<const unsigned char*>(page.data());
  std::string text(page.size() - kReserve - clear, '\0');
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.bytes().data(),
                     bytes + page.size() - kReserve);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(text.data()), &size,
                    bytes + clear, static_cast<int>(text.size()));
  return text;
}

inline std::string clear_pages(std::string_view file, const Secret& key) {
  constexpr std::size_t kSalt = 16;
  std::string clear;
  for (std::size_t at = 0; at + kPageBytes <= file.size(); at += kPageBytes) {
    clear += clear_page(file.substr(at, kPageBytes), at == 0 ? kSalt : 0, key);
  }
  return clear;
}

/// The first page stands here without its salt in clear, which costs its first blocks.
inline std::string clear_log_pages(std::string_view log, const Secret& key) {
  constexpr std::size_t kFrame = kFrameHeader + kPageBytes;
  std::string clear;
  for (std::size_t at = kLogHeader; at + kFrame <= log.size(); at += kFrame) {
    clear += clear_page(log.substr(at + kFrameHeader, kPageBytes), 0, key);
  }
  return clear;
}

}  // namespace icure::support
