#include "sync/decrypt/recovery.h"

#include <openssl/crypto.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/base/hex.h"
#include "sync/decrypt/encoding.h"
#include "sync/decrypt/shamir.h"
#include "sync/decrypt/strict_json.h"

namespace icure::sync::decrypt {
namespace {

namespace dom = simdjson::dom;

/// Gathers the keys of one owner that are found.
class Finds {
 public:
  Finds(const std::vector<PublicKey>& listed, const KeyRing& ring) : listed_(listed), ring_(ring) {}

  /// Whether these bytes are a private key of the owner.
  bool take(View pkcs8) {
    if (pkcs8.empty() || pkcs8[0] != 0x30) return false;  // DER, not one of the many texts
    auto key = PrivateKey::take_in(pkcs8);
    if (!key) return false;
    const auto same = [&](const auto& other) { return spki(other) == key->spki_hex(); };
    if (std::none_of(listed_.begin(), listed_.end(), same)) return false;
    const bool known = ring_.holds(key->spki_hex()) || std::any_of(keys.begin(), keys.end(), same);
    if (!known) keys.push_back(std::move(*key));
    return true;
  }

  std::vector<PrivateKey> keys;

 private:
  static const std::string& spki(const PublicKey& key) { return key.spki_hex; }
  static const std::string& spki(const PrivateKey& key) { return key.spki_hex(); }

  const std::vector<PublicKey>& listed_;
  const KeyRing& ring_;
};

using Exchange = std::span<const ExchangeKeys* const>;

std::vector<AesKey> all_between(Exchange exchange, std::string_view delegator,
                                std::string_view delegate) {
  std::vector<AesKey> keys;
  for (const auto* opened : exchange) {
    const auto more = opened->all_between(delegator, delegate);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

void read_transfer_keys(dom::object owner, Exchange exchange, Finds& finds) {
  const auto id = text_of(owner, "id");
  const auto by_holder = object_of(owner, "transferKeys");
  if (!by_holder) return;
  const auto candidates = all_between(exchange, id, id);
  AesCbc cipher;
  Bytes sealed;
  Bytes plain;
  for (const auto holder : *by_holder) {
    dom::object values;
    if (holder.value.get_object().get(values) != simdjson::SUCCESS) continue;
    for (const auto value : values) {
      if (!decode_hex(as_string(value.value), sealed)) continue;
      (void)std::any_of(candidates.begin(), candidates.end(), [&](const AesKey& key) {
        return cipher.decrypt(key, sealed, plain) && finds.take(plain);
      });
    }
  }
}

/// Every notary may have several exchange keys, and a wrong one may seem to open a share (one in
/// 256, and the share's head must fit as well), so shares of other lengths are left out and the
/// result is only taken if it is the owner's key.
void read_shares(dom::object owner, Exchange exchange, Finds& finds) {
  static constexpr std::size_t kMostShares = 255;  // the indices that there are
  const auto id = text_of(owner, "id");
  const auto by_notary = object_of(owner, "privateKeyShamirPartitions");
  if (!by_notary) return;
  AesCbc cipher;
  Bytes sealed;
  Bytes plain;
  std::vector<Share> shares;
  for (const auto notary : *by_notary) {
    if (!decode_hex(as_string(notary.value), sealed)) continue;
    for (const auto& key : all_between(exchange, id, notary.key)) {
      if (!cipher.decrypt(key, sealed, plain)) continue;
      if (finds.take(plain)) return;  // one notary: the share is the key itself
      auto share = read_share(plain);
      if (!share || shares.size() == kMostShares) continue;
      const bool fits = std::none_of(shares.begin(), shares.end(), [&](const auto& other) {
        return other.index == share->index || other.data.size() != share->data.size();
      });
      if (fits) shares.push_back(std::move(*share));
    }
  }
  if (const auto secret = combine(shares)) (void)finds.take(*secret);
}

Error not_readable() {
  return Error{Code::corrupt, "the recovery data cannot be read",
               "make new recovery data on a device that still has the keys"};
}

Error not_opened() {
  return Error{Code::wrong_key, "the recovery key does not open this recovery data",
               "check the recovery key, letter by letter"};
}

/// {"owner": [{"pair": {"privateKey": base64, ...}, "algorithm": "sha-1" | "sha-256"}]}
bool read_pairs(dom::object content, Recovered& recovered) {
  Bytes der;
  for (const auto owner : content) {
    dom::array entries;
    if (owner.value.get_array().get(entries) != simdjson::SUCCESS) return false;
    for (const auto element : entries) {
      dom::object entry;
      if (element.get_object().get(entry) != simdjson::SUCCESS) return false;
      const auto pair = object_of(entry, "pair");
      const auto algorithm = text_of(entry, "algorithm");
      if (!pair || (algorithm != "sha-1" && algorithm != "sha-256") ||
          !decode_base64(text_of(*pair, "privateKey"), der)) {
        return false;
      }
      auto key = PrivateKey::take_in(der);
      if (!key) return false;
      recovered.pairs.push_back({std::string(owner.key),
                                 algorithm == "sha-1" ? OaepHash::sha1 : OaepHash::sha256,
                                 std::move(*key)});
    }
  }
  return true;
}

bool read_exchange(dom::array content, Recovered& recovered) {
  for (const auto element : content) {
    dom::object entry;
    if (element.get_object().get(entry) != simdjson::SUCCESS) return false;
    Recovered::Exchange found;
    found.exchange_data_id = text_of(entry, "exchangeDataId");
    if (found.exchange_data_id.empty() ||
        !decode_base64(text_of(entry, "rawExchangeKey"), found.exchange_key) ||
        !AesKey::from(found.exchange_key) ||
        !decode_base64(text_of(entry, "rawAccessControlSecret"), found.access_control_secret)) {
      return false;
    }
    recovered.exchange.push_back(std::move(found));
  }
  return true;
}

}  // namespace

Result<std::vector<PrivateKey>> recover_keys(std::string_view owner_document,
                                             const ExchangeKeys& exchange, const KeyRing& ring) {
  const ExchangeKeys* const one[] = {&exchange};
  return recover_keys(owner_document, one, ring);
}

Result<std::vector<PrivateKey>> recover_keys(std::string_view owner_document,
                                             std::span<const ExchangeKeys* const> exchange,
                                             const KeyRing& ring) {
  const auto listed = public_keys(owner_document);
  if (!listed) return listed.error();
  StrictJson json;
  Finds finds(*listed, ring);
  if (const auto owner = json.parse_object(owner_document)) {
    read_transfer_keys(*owner, exchange, finds);
    read_shares(*owner, exchange, finds);
  }
  return std::move(finds.keys);
}

std::vector<std::string> notaries_of(std::string_view owner_document) {
  std::vector<std::string> notaries;
  StrictJson json;
  const auto owner = json.parse_object(owner_document);
  if (!owner) return notaries;
  const auto by_notary = object_of(*owner, "privateKeyShamirPartitions");
  if (!by_notary) return notaries;
  for (const auto notary : *by_notary) notaries.emplace_back(notary.key);
  return notaries;
}

Result<Secret> read_recovery_key(std::string_view text) {
  Bytes letters;
  letters.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(letters), [](char letter) {
    return letter != ' ' && letter != '-' && letter != '\n' && letter != '\r' && letter != '\t';
  });
  Bytes key;
  const auto compact = as_text(letters);
  // 32 and 64 digits of hex, 26 and 52 of base32: no length is both.
  const bool read = compact.size() == 32 || compact.size() == 64 ? decode_hex(compact, key)
                                                                 : decode_base32(compact, key);
  if (!read || (key.size() != 16 && key.size() != 32)) {
    return Error{Code::invalid, "this is not a recovery key",
                 "a recovery key has 52 letters and digits (or 26), without 0, 1, 8 and 9"};
  }
  return Secret(key);
}

std::string recovery_data_id(const Secret& recovery_key) {
  return to_hex(sha256(recovery_key.bytes()));
}

Result<Recovered> open_recovery_data(std::string_view document, const Secret& recovery_key) {
  StrictJson json;
  const auto data = json.parse_object(document);
  if (!data) return not_readable();
  const auto key = AesKey::from(recovery_key.bytes());
  const auto digest = sha256(recovery_key.bytes());
  Bytes id;
  Bytes sealed;
  if (!decode_hex(text_of(*data, "id"), id) ||
      !decode_base64(text_of(*data, "encryptedSelf"), sealed)) {
    return not_readable();
  }
  Bytes plain;
  if (!key || id.size() != digest.size() ||
      CRYPTO_memcmp(id.data(), digest.data(), digest.size()) != 0 ||
      !AesCbc().decrypt(*key, sealed, plain)) {
    return not_opened();
  }
  const auto type = text_of(*data, "type");
  Recovered recovered;
  StrictJson inner;
  if (type == "KEYPAIR_RECOVERY") {
    const auto content = inner.parse_object(as_text(plain));
    if (!content || !read_pairs(*content, recovered)) return not_readable();
  } else if (type == "EXCHANGE_KEY_RECOVERY") {
    const auto content = inner.parse_array(as_text(plain));
    if (!content || !read_exchange(*content, recovered)) return not_readable();
  } else {
    return not_readable();
  }
  return recovered;
}

}  // namespace icure::sync::decrypt
