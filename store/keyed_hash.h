// HMAC-SHA256, from OpenSSL.
#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "daemon/base/secret.h"

namespace icure::store {

/// For one thread at a time.
class KeyedHash {
 public:
  using Hash = std::array<unsigned char, 32>;

  explicit KeyedHash(const Secret& key);
  Hash of(std::string_view bytes);

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;  // OpenSSL's, with the key in it
};

}  // namespace icure::store
