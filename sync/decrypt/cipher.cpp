#include "sync/decrypt/cipher.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace icure::sync::decrypt {
namespace {

constexpr std::size_t kBlock = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// The cipher is set once: setting it again costs more than deciphering a short text.
Context context_for(const EVP_CIPHER* cipher) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context || EVP_DecryptInit_ex2(context.get(), cipher, nullptr, nullptr, nullptr) != 1) {
    std::abort();  // no memory, or an OpenSSL without AES
  }
  return context;
}

}  // namespace

void wipe(void* memory, std::size_t size) noexcept {
  OPENSSL_cleanse(memory, size);
}

std::optional<AesKey> AesKey::from(View bytes) {
  if (bytes.size() != 16 && bytes.size() != 32) return std::nullopt;
  AesKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  key.size_ = bytes.size();
  return key;
}

bool AesKey::operator==(const AesKey& other) const {
  return size_ == other.size_ && CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), size_) == 0;
}

struct AesCbc::Contexts {
  Context aes128 = context_for(EVP_aes_128_cbc());
  Context aes256 = context_for(EVP_aes_256_cbc());
};

AesCbc::AesCbc() : contexts_(std::make_unique<Contexts>()) {}
AesCbc::~AesCbc() = default;

bool AesCbc::decrypt(const AesKey& key, View sealed, Bytes& plain) {
  plain.clear();
  if (sealed.size() < 2 * kBlock || sealed.size() % kBlock != 0 ||
      sealed.size() > std::numeric_limits<int>::max()) {
    return false;
  }
  const auto text = sealed.subspan(kBlock);
  plain.resize(text.size());
  auto* context = (key.bytes().size() == 16 ? contexts_->aes128 : contexts_->aes256).get();
  int most = 0;
  int last = 0;
  if (EVP_DecryptInit_ex2(context, nullptr, key.bytes().data(), sealed.data(), nullptr) != 1 ||
      EVP_DecryptUpdate(context, plain.data(), &most, text.data(), static_cast<int>(text.size())) !=
          1 ||
      EVP_DecryptFinal_ex(context, plain.data() + most, &last) != 1) {
    ERR_clear_error();
    plain.clear();
    return false;
  }
  plain.resize(static_cast<std::size_t>(most) + static_cast<std::size_t>(last));
  return true;
}

Digest sha256(View bytes) {
  Digest digest;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // no memory, or an OpenSSL without SHA-256
  }
  return digest;
}

}  // namespace icure::sync::decrypt
