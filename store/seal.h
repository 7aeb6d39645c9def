// The two primitives of the key file: AES-256-GCM and HKDF-SHA256, from OpenSSL.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/base/secret.h"

namespace icure::store {

inline constexpr std::size_t kKeyBytes = 32;

/// A nonce, what was encrypted, and the tag that proves both and the label.
struct Sealed {
  std::array<unsigned char, 12> nonce{};
  std::vector<unsigned char> text;
  std::array<unsigned char, 16> tag{};
};

/// Requires a key of kKeyBytes. `label` is bound to the result: it must be the same to open it.
Sealed seal(const Secret& plain, const Secret& key, std::string_view label, Random& random);
/// Nothing if key, label or bytes are not those of seal().
std::optional<Secret> unseal(const Sealed& sealed, const Secret& key, std::string_view label);

/// kKeyBytes that depend on all of `master` and `name`, and tell nothing of either.
Secret derive(const Secret& master, std::string_view name);

}  // namespace icure::store
