#include "sync/decrypt/entity_keys.h"

#include <algorithm>
#include <optional>

#include "sync/decrypt/encoding.h"

namespace icure::sync::decrypt {
namespace {

void add_new(std::vector<AesKey>& keys, const AesKey& key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

void add_new(std::vector<std::string>& ids, std::string_view id) {
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.emplace_back(id);
}

/// Platform: "entity id:value". The id may be another entity's: it stays behind when two patients
/// are merged.
std::optional<std::string_view> legacy_value(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return std::nullopt;
  return text.substr(colon + 1);
}

/// Platform: a UUID (AES-128) or hex digits.
bool read_legacy_key(std::string_view text, Bytes& key) {
  Bytes digits;
  digits.reserve(text.size());
  for (const char letter : text) {
    if (letter != '-') digits.push_back(static_cast<unsigned char>(letter));
  }
  return decode_hex(as_text(digits), key);
}

// Platform: what a right key opens starts with these four bytes.
constexpr std::string_view kProof = "Cure";

}  // namespace

template <class Take>
std::size_t DelegationOpener::open_legacy(std::span<const Delegation> delegations, Take take) {
  std::size_t met = 0;
  for (const auto& delegation : delegations) {
    const auto candidates = exchange_.between(delegation.delegator, delegation.delegate);
    if (candidates.empty()) continue;
    ++met;
    if (!decode_hex(delegation.sealed, sealed_)) continue;
    for (const auto& candidate : candidates) {
      if (!cipher_.decrypt(candidate, sealed_, plain_)) continue;
      if (const auto value = legacy_value(as_text(plain_))) take(*value);
    }
  }
  return met;
}

std::size_t DelegationOpener::open_keys(std::span<const Delegation> delegations,
                                        std::vector<AesKey>& keys) {
  return open_legacy(delegations, [&](std::string_view value) {
    if (!read_legacy_key(value, key_)) return;
    if (const auto key = AesKey::from(key_)) add_new(keys, *key);
  });
}

std::size_t DelegationOpener::open_ids(std::span<const Delegation> delegations,
                                       std::vector<std::string>& ids) {
  return open_legacy(delegations, [&](std::string_view value) {
    // What a wrong key makes of an id by chance has other bytes too.
    const bool is_text = std::all_of(plain_.begin(), plain_.end(),
                                     [](auto byte) { return byte > ' ' && byte <= '~'; });
    if (is_text && !value.empty()) add_new(ids, value);
  });
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
  return open_secure(values, [&](View bytes) { add_new(ids, as_text(bytes)); });
}

}  // namespace icure::sync::decrypt
