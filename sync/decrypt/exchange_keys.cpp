#include "sync/decrypt/exchange_keys.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/base/hex.h"
#include "sync/decrypt/encoding.h"
#include "sync/decrypt/strict_json.h"

namespace icure::sync::decrypt {
namespace {

namespace dom = simdjson::dom;

Error unreadable(const char* what) {
  return Error{Code::corrupt, what, "synchronise again"};
}

std::string pair_of(std::string_view delegator, std::string_view delegate) {
  std::string pair;
  pair.reserve(delegator.size() + 1 + delegate.size());
  return pair.append(delegator).append("\n").append(delegate);
}

/// Platform: ids from another group are written "group/id".
std::string_view without_group(std::string_view id) {
  return id.substr(id.rfind('/') + 1);  // npos + 1 is 0
}

void add_new(std::vector<AesKey>& keys, const AesKey& key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

using Decode = bool (*)(std::string_view, Bytes&);

/// Opens one of the values that hold the same bytes, each sealed for another key.
bool open_any(const KeyRing& ring, dom::object values, Decode decode, Bytes& plain,
              bool* meant = nullptr) {
  Bytes sealed;
  for (const auto value : values) {
    if (meant) *meant |= ring.is_meant(value.key);
    if (decode(as_string(value.value), sealed) && ring.open(value.key, sealed, plain)) return true;
  }
  plain.clear();
  return false;
}

}  // namespace

std::string delegation_key(View access_control_secret, std::string_view entity_type) {
  Bytes text;  // to_hex would leave the secret's digits in memory
  for (const auto byte : access_control_secret) {
    static constexpr char kDigits[] = "0123456789abcdef";
    text.push_back(static_cast<unsigned char>(kDigits[byte >> 4]));
    text.push_back(static_cast<unsigned char>(kDigits[byte & 15]));
  }
  const auto type = as_bytes(entity_type);
  text.insert(text.end(), type.begin(), type.end());
  auto access_control_key = sha256(text);
  const auto name = sha256(View(access_control_key).first(16));
  wipe(access_control_key.data(), access_control_key.size());
  return to_hex(name);
}

Result<Opened> ExchangeKeys::add_owner(std::string_view document) {
  Opened opened;
  // Nearly every patient has neither member: not worth parsing.
  if (document.find("aesExchangeKeys") == document.npos &&
      document.find("hcPartyKeys") == document.npos) {
    return opened;
  }
  StrictJson json;
  const auto owner = json.parse_object(document);
  if (!owner) return unreadable("a data owner's document cannot be read");
  const auto id = text_of(*owner, "id");
  const auto public_key = text_of(*owner, "publicKey");
  Bytes plain;
  const auto keep = [&](std::string_view delegate) {
    const auto key = AesKey::from(plain);
    if (!key) return false;
    add_new(legacy_[pair_of(id, delegate)], *key);
    ++opened.keys;
    return true;
  };
  std::vector<std::string_view> seen;  // delegates whose hcPartyKeys entry would say the same
  if (const auto by_key = object_of(*owner, "aesExchangeKeys")) {
    for (const auto own_key : *by_key) {
      dom::object delegates;
      if (own_key.value.get_object().get(delegates) != simdjson::SUCCESS) continue;
      for (const auto delegate : delegates) {
        dom::object values;
        if (delegate.value.get_object().get(values) != simdjson::SUCCESS) continue;
        bool meant = false;
        if (open_any(ring_, values, decode_hex, plain, &meant) && keep(delegate.key)) {
          if (own_key.key == public_key) seen.push_back(delegate.key);
        } else if (meant) {
          ++opened.damaged;
        }
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  if (const auto by_delegate = object_of(*owner, "hcPartyKeys")) {
    Bytes sealed;
    for (const auto delegate : *by_delegate) {
      if (std::binary_search(seen.begin(), seen.end(), delegate.key)) continue;
      dom::array values;
      if (delegate.value.get_array().get(values) != simdjson::SUCCESS) continue;
      // The first is sealed for the owner, the second for the delegate.
      std::string_view reader = id;
      for (const auto value : values) {
        if (decode_hex(as_string(value), sealed) && ring_.open_for(reader, sealed, plain) &&
            keep(delegate.key)) {
          break;
        }
        reader = delegate.key;
      }
    }
  }
  return opened;
}

Result<Opened> ExchangeKeys::add_exchange_data(std::string_view document) {
  StrictJson json;
  const auto data = json.parse_object(document);
  if (!data) return unreadable("exchange data cannot be read");
  const auto id = text_of(*data, "id");
  const auto keys = object_of(*data, "exchangeKey");
  const auto secrets = object_of(*data, "accessControlSecret");
  if (id.empty() || !keys) return unreadable("exchange data lacks its id or key");
  bool meant = false;
  Bytes exchange_key;
  Bytes secret;
  Opened opened;
  if (!open_any(ring_, *keys, decode_base64, exchange_key, &meant)) {
    opened.damaged = meant ? 1 : 0;
    return opened;
  }
  // Without the secret the key is still found by its id.
  if (secrets) (void)open_any(ring_, *secrets, decode_base64, secret);
  if (!add_recovered(id, exchange_key, secret)) {
    opened.damaged = 1;
    return opened;
  }
  const auto delegator = without_group(text_of(*data, "delegator"));
  const auto delegate = without_group(text_of(*data, "delegate"));
  add_new(data_between_[pair_of(delegator, delegate)], *AesKey::from(exchange_key));
  opened.keys = 1;
  return opened;
}

bool ExchangeKeys::add_recovered(std::string_view exchange_data_id, View exchange_key,
                                 View access_control_secret) {
  const auto key = AesKey::from(exchange_key);
  if (!key) return false;
  by_id_.insert_or_assign(std::string(exchange_data_id), *key);
  if (!access_control_secret.empty()) {
    by_delegation_.insert_or_assign(delegation_key(access_control_secret, "Patient"), *key);
  }
  return true;
}

Result<Opened> ExchangeKeys::add_exchange_data_map(std::string_view document) {
  StrictJson json;
  const auto map = json.parse_object(document);
  if (!map) return unreadable("an exchange data map cannot be read");
  const auto id = text_of(*map, "id");
  const auto values = object_of(*map, "encryptedExchangeDataIds");
  if (id.empty() || !values) return unreadable("an exchange data map lacks its id or content");
  Opened opened;
  bool meant = false;
  Bytes name;
  if (open_any(ring_, *values, decode_base64, name, &meant)) {
    mapped_.insert_or_assign(std::string(id), std::string(as_text(name)));
  } else {
    opened.damaged = meant ? 1 : 0;
  }
  return opened;
}

std::span<const AesKey> ExchangeKeys::between(std::string_view delegator,
                                              std::string_view delegate) const {
  const auto found = legacy_.find(pair_of(delegator, delegate));
  if (found == legacy_.end()) return {};
  return found->second;
}

std::vector<AesKey> ExchangeKeys::all_between(std::string_view delegator,
                                              std::string_view delegate) const {
  const auto legacy = between(delegator, delegate);
  std::vector<AesKey> keys(legacy.begin(), legacy.end());
  if (const auto found = data_between_.find(pair_of(delegator, delegate));
      found != data_between_.end()) {
    keys.insert(keys.end(), found->second.begin(), found->second.end());
  }
  return keys;
}

const AesKey* ExchangeKeys::of_delegation(std::string_view delegation_key,
                                          std::string_view exchange_data_id) const {
  if (const auto found = by_id_.find(exchange_data_id); found != by_id_.end()) {
    return &found->second;
  }
  if (const auto found = by_delegation_.find(delegation_key); found != by_delegation_.end()) {
    return &found->second;
  }
  const auto mapped = mapped_.find(delegation_key);
  if (mapped == mapped_.end()) return nullptr;
  const auto found = by_id_.find(mapped->second);
  return found == by_id_.end() ? nullptr : &found->second;
}

}  // namespace icure::sync::decrypt
