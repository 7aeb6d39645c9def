#include "sync/decrypt/entity_keys.h"

#include <algorithm>

#include "sync/decrypt/encoding.h"

namespace icure::sync::decrypt {
namespace {

void add_new(std::vector<AesKey>& keys, const AesKey& key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

/// Platform: "entity id:key", the key a UUID (AES-128) or hex digits. The id may be another
/// entity's: it stays behind when two patients are merged.
bool read_legacy_key(std::string_view text, Bytes& key) {
  const auto colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return false;
  Bytes digits;
  digits.reserve(text.size());
  for (const char letter : text.substr(colon + 1)) {
    if (letter != '-') digits.push_back(static_cast<unsigned char>(letter));
  }
  return decode_hex(as_text(digits), key);
}

// Platform: what a right key opens starts with these four bytes.
constexpr std::string_view kProof = "Cure";

}  // namespace

std::size_t DelegationOpener::open_keys(std::span<const Delegation> delegations,
                                        std::vector<AesKey>& keys) {
  std::size_t met = 0;
  for (const auto& delegation : delegations) {
    const auto candidates = exchange_.between(delegation.delegator, delegation.delegate);
    if (candidates.empty()) continue;
    ++met;
    if (!decode_hex(delegation.sealed, sealed_)) continue;
    for (const auto& candidate : candidates) {
      if (!cipher_.decrypt(candidate, sealed_, plain_) || !read_legacy_key(as_text(plain_), key_)) {
        continue;
      }
      if (const auto key = AesKey::from(key_)) add_new(keys, *key);
    }
  }
  return met;
}

template <class Take>
std::size_t DelegationOpener::open_secure(std::span<const SecureValue> values, Take take) {
  std::size_t met = 0;
  for (const auto& value : values) {
    const auto* exchange_key =
        exchange_.of_delegation(value.delegation_key, value.exchange_data_id);
    if (!exchange_key) continue;
    ++met;
    if (decode_base64(value.sealed, sealed_) && cipher_.decrypt(*exchange_key, sealed_, plain_) &&
        as_text(plain_).starts_with(kProof)) {
      take(View(plain_).subspan(kProof.size()));
    }
  }
  return met;
}

std::size_t DelegationOpener::open_keys(std::span<const SecureValue> values,
                                        std::vector<AesKey>& keys) {
  return open_secure(values, [&](View bytes) {
    if (const auto key = AesKey::from(bytes)) add_new(keys, *key);
  });
}

std::size_t DelegationOpener::open_ids(std::span<const SecureValue> values,
                                       std::vector<std::string>& ids) {
  return open_secure(values, [&](View bytes) {
    if (std::find(ids.begin(), ids.end(), as_text(bytes)) == ids.end()) {
      ids.emplace_back(as_text(bytes));
    }
  });
}

}  // namespace icure::sync::decrypt
