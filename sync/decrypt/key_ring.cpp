#include "sync/decrypt/key_ring.h"

#include <algorithm>
#include <utility>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/strict_json.h"

namespace icure::sync::decrypt {
namespace {

std::string lower_hex(std::string_view text) {
  std::string lower(text);
  for (auto& letter : lower) {
    if (letter >= 'A' && letter <= 'F') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Result<std::vector<PublicKey>> public_keys(std::string_view owner_document) {
  StrictJson json;
  const auto owner = json.parse_object(owner_document);
  if (!owner) {
    return Error{Code::corrupt, "a data owner's document cannot be read", "synchronise again"};
  }
  std::vector<PublicKey> keys;
  bool twice = false;
  const auto list = [&](std::string_view text, OaepHash hash) {
    if (!fingerprint_of(text) || text.size() <= 32) return;  // a placeholder, or a fingerprint
    auto spki_hex = lower_hex(text);
    const auto same = std::find_if(keys.begin(), keys.end(),
                                   [&](const auto& key) { return key.spki_hex == spki_hex; });
    if (same == keys.end()) {
      keys.push_back({std::move(spki_hex), hash});
    } else if (same->hash != hash) {
      twice = true;
    }
  };
  list(text_of(*owner, "publicKey"), OaepHash::sha1);
  if (const auto exchange = object_of(*owner, "aesExchangeKeys")) {
    for (const auto member : *exchange) list(member.key, OaepHash::sha1);
  }
  if (const auto newer = array_of(*owner, "publicKeysForOaepWithSha256")) {
    for (const auto key : *newer) list(as_string(key), OaepHash::sha256);
  }
  if (twice) {
    return Error{Code::corrupt, "a data owner lists one public key for two kinds of encryption",
                 "have the data owner's keys corrected on the platform"};
  }
  return keys;
}

Result<Done> KeyRing::add(std::string_view owner_document, PrivateKey key) {
  const auto listed = public_keys(owner_document);
  if (!listed) return listed.error();
  const auto match = std::find_if(listed->begin(), listed->end(), [&](const auto& candidate) {
    return candidate.spki_hex == key.spki_hex();
  });
  StrictJson json;
  const auto owner = json.parse_object(owner_document);
  const auto id = owner ? text_of(*owner, "id") : std::string_view();
  if (match == listed->end() || id.empty()) {
    return Error{Code::not_found, "the data owner has no public key with this fingerprint",
                 "check which data owner the key was made for, or synchronise first"};
  }
  if (!holds(key.spki_hex())) entries_.push_back({std::string(id), match->hash, std::move(key)});
  return Done{};
}

bool KeyRing::holds(std::string_view spki_hex) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& entry) { return entry.key.spki_hex() == spki_hex; });
}

bool KeyRing::is_meant(std::string_view fingerprint) const {
  const auto name = fingerprint_of(fingerprint);
  return name && std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
           return entry.key.fingerprint_v2() == *name;
         });
}

bool KeyRing::open(std::string_view fingerprint, View sealed, Bytes& plain) const {
  const auto name = fingerprint_of(fingerprint);
  if (!name && !fingerprint.empty()) return false;
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return (!name || entry.key.fingerprint_v2() == *name) &&
           entry.key.decrypt(entry.hash, sealed, plain);
  });
}

bool KeyRing::open_for(std::string_view owner, View sealed, Bytes& plain) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry.owner == owner && entry.hash == OaepHash::sha1 &&
           entry.key.decrypt(entry.hash, sealed, plain);
  });
}

}  // namespace icure::sync::decrypt
