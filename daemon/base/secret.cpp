#include "daemon/base/secret.h"

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>
#include <utility>

namespace icure {
namespace {

// Keys, passwords and tokens are small; 256 KiB holds thousands. Tests of locked-down services
// allow 64 KiB and more of locked memory, desktops 8 MiB.
constexpr std::size_t kLockedBytes = std::size_t{256} << 10;
constexpr std::size_t kSmallestBlock = 32;

}  // namespace

Result<Done> protect_secrets() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  if (CRYPTO_secure_malloc_init(kLockedBytes, kSmallestBlock) != 1) {
    return Error{Code::io, "memory for secrets could not be locked against swapping",
                 "raise the limit of locked memory (systemd: LimitMEMLOCK=1M)"};
  }
  return Done{};
}

void wipe(std::span<char> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

Secret Secret::zeroed(std::size_t size) {
  Secret made;
  if (size == 0) return made;
  made.data_ = static_cast<unsigned char*>(OPENSSL_secure_zalloc(size));
  if (!made.data_) std::abort();  // the locked region is sized for all secrets we hold
  made.size_ = size;
  return made;
}

Secret::Secret(std::span<const unsigned char> bytes) : Secret(zeroed(bytes.size())) {
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

Secret::Secret(std::string_view text)
    : Secret(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size())) {}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() {
  if (data_) OPENSSL_secure_clear_free(data_, size_);
}

bool Secret::equals(const Secret& other) const {
  return size_ == other.size_ && (size_ == 0 || CRYPTO_memcmp(data_, other.data_, size_) == 0);
}

}  // namespace icure
