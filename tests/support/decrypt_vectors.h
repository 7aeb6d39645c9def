// The vectors that the platform's own SDKs wrote, and what a reader holds in each of them. Another
// file of the same kind is tried by naming it in DECRYPT_VECTORS.
#pragma once
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sync/decrypt/exchange_keys.h"
#include "sync/decrypt/key_ring.h"

namespace icure::sync::decrypt {

using Json = nlohmann::json;

inline const std::vector<Json>& vectors() {
  static const auto all = [] {
    const char* path = std::getenv("DECRYPT_VECTORS");
    std::ifstream file(path ? path : DECRYPT_VECTORS_FILE);
    return Json::parse(file).at("vectors").get<std::vector<Json>>();
  }();
  return all;
}

inline const Json& vector_named(const std::string& id) {
  for (const auto& vector : vectors()) {
    if (vector.at("id") == id) return vector;
  }
  throw std::out_of_range("no vector " + id);
}

inline PrivateKey key_from(const std::string& text) {
  auto key = PrivateKey::take_in(as_bytes(text));
  if (!key) throw std::invalid_argument(key.error().message);
  return std::move(*key);
}

/// Whoever holds the private keys of the vector, with all its documents read.
struct Reader {
  explicit Reader(const Json& vector) : exchange(ring) {
    for (const auto& pair : vector.at("keyPairs")) {
      const auto& owner = vector.at("dataOwners").at(pair.at("dataOwnerId").get<std::string>());
      const auto added = ring.add(owner.dump(), key_from(pair.at("privateKeyPkcs8Hex")));
      if (!added) throw std::invalid_argument(added.error().message);
    }
    open(vector);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void open(const Json& vector) {
    for (const auto& owner : vector.at("dataOwners")) count(exchange.add_owner(owner.dump()));
    for (const auto& data : vector.at("exchangeData")) {
      count(exchange.add_exchange_data(data.dump()));
    }
    for (const auto& map : vector.at("exchangeDataMaps")) {
      count(exchange.add_exchange_data_map(map.dump()));
    }
  }

  void count(const Result<Opened>& result) {
    if (!result) throw std::invalid_argument(result.error().message);
    opened.keys += result->keys;
    opened.damaged += result->damaged;
  }

  KeyRing ring;
  ExchangeKeys exchange;
  Opened opened;
};

}  // namespace icure::sync::decrypt
