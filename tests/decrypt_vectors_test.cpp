// Every vector that the platform's SDKs wrote is read as they read it.
#include "tests/support/decrypt_vectors.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/patient.h"
#include "sync/decrypt/recovery.h"

namespace icure::sync::decrypt {
namespace {

/// Without empty lists, empty objects and nulls, which the SDKs drop or add as they please.
Json bare(const Json& json) {
  if (!json.is_structured()) return json;
  Json kept = json.is_array() ? Json::array() : Json::object();
  for (const auto& [name, value] : json.items()) {
    auto member = bare(value);
    if (member.is_null() || (member.is_structured() && member.empty())) continue;
    if (json.is_array()) {
      kept.push_back(std::move(member));
    } else {
      kept[name] = std::move(member);
    }
  }
  return kept;
}

void check_patient(const Json& vector) {
  const Reader reader(vector);
  EXPECT_EQ(reader.opened.damaged, 0u);
  PatientReader patients(reader.exchange);
  const auto stored = vector.at("stored").dump();
  const auto read = patients.read(stored);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->unread.empty());
  const auto expected = bare(vector.at("expected").at("decrypted"));
  const auto merged = Json::parse(read->document);
  EXPECT_EQ(bare(merged), expected);
  // Exactly the members that differ from what is stored are named.
  std::set<std::string> named(read->members.begin(), read->members.end());
  std::set<std::string> differing;
  for (const auto& change : Json::diff(vector.at("stored"), merged)) {
    differing.insert(change.at("path").get<std::string>());
  }
  EXPECT_EQ(named, differing);
  if (vector.at("expected").contains("secretIds")) {
    const auto ids = patients.secret_ids(stored);
    ASSERT_TRUE(ids);
    EXPECT_EQ(std::set<std::string>(ids->begin(), ids->end()),
              vector.at("expected").at("secretIds").get<std::set<std::string>>());
  }
}

void check_no_access(const Json& vector) {
  const Reader reader(vector);
  const auto stored = vector.at("stored").dump();
  const auto read = decrypt_patient(stored, reader.exchange);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->document, stored);
  EXPECT_TRUE(read->members.empty());
  ASSERT_FALSE(read->unread.empty());
  EXPECT_EQ(read->unread[0].reason, Unread::not_shared);
}

void check_recovered_key(const Json& vector, const PrivateKey& key) {
  Bytes pkcs8;
  ASSERT_TRUE(decode_hex(vector.at("expected").at("recoveredPrivateKeyPkcs8Hex").get<std::string>(),
                         pkcs8));
  EXPECT_TRUE(key.to_pkcs8().equals(Secret(View(pkcs8))));
  EXPECT_EQ(key.spki_hex(), vector.at("expected").at("recoveredPublicKeySpkiHex"));
}

bool is_expected(const Json& vector, const PrivateKey& key) {
  return vector.at("expected").at("recoveredPublicKeySpkiHex") == key.spki_hex();
}

void check_recovery(const Json& vector) {
  Reader reader(vector);
  const auto owner = vector.at("dataOwners").at(vector.at("decryptAs").get<std::string>()).dump();
  // One key may open the next.
  for (bool found = false; !found; reader.open(vector)) {
    auto keys = recover_keys(owner, reader.exchange, reader.ring);
    ASSERT_TRUE(keys);
    ASSERT_FALSE(keys->empty());
    for (auto& key : *keys) {
      if (is_expected(vector, key)) {
        check_recovered_key(vector, key);
        found = true;
      }
      ASSERT_TRUE(reader.ring.add(owner, std::move(key)));
    }
  }
}

void check_recovery_data(const Json& vector) {
  for (const char* form : {"recoveryKeyBase32", "recoveryKeyHex"}) {
    const auto key = read_recovery_key(vector.at(form).get<std::string>());
    ASSERT_TRUE(key);
    const auto recovered = open_recovery_data(vector.at("stored").dump(), *key);
    ASSERT_TRUE(recovered);
    const auto& pairs = recovered->pairs;
    const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const auto& candidate) {
      return is_expected(vector, candidate.key);
    });
    ASSERT_NE(pair, pairs.end());
    EXPECT_EQ(pair->owner, vector.at("decryptAs"));
    check_recovered_key(vector, pair->key);
  }
}

TEST(DecryptVectors, AreAllReadAsTheSdksReadThem) {
  static const std::map<std::string, void (*)(const Json&)> checks = {
      {"patient", check_patient},
      {"patientNoAccess", check_no_access},
      {"transferKey", check_recovery},
      {"shamir", check_recovery},
      {"recoveryData", check_recovery_data}};
  std::size_t checked = 0;
  for (const auto& vector : vectors()) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const auto check = checks.find(vector.at("kind").get<std::string>());
    ASSERT_NE(check, checks.end()) << "a vector of unknown kind";
    check->second(vector);
    ++checked;
  }
  std::cout << checked << " vectors\n";
  EXPECT_EQ(checked, vectors().size());
  if (!std::getenv("DECRYPT_VECTORS")) {
    EXPECT_EQ(checked, 37u);
  }
}

TEST(DecryptVectors, HoldPrivateKeysInEveryFormThatTheSdksKeep) {
  std::size_t kept = 0;
  for (const auto& vector : vectors()) {
    for (const auto& pair : vector.at("keyPairs")) {
      SCOPED_TRACE(vector.at("id").get<std::string>());
      const auto key = key_from(pair.at("privateKeyPkcs8Hex"));
      EXPECT_EQ(key.spki_hex(), pair.at("publicKeySpkiHex"));
      EXPECT_EQ(key.fingerprint_v1(), pair.at("fingerprintV1"));
      EXPECT_EQ(key.fingerprint_v2(), pair.value("fingerprintV2", key.fingerprint_v2()));
      if (!pair.contains("sdkStorage")) continue;
      const auto stored = key_from(pair.at("sdkStorage").at("value"));
      EXPECT_TRUE(stored.to_pkcs8().equals(key.to_pkcs8()));
      ++kept;
    }
  }
  EXPECT_GT(kept, 0u);
}

}  // namespace
}  // namespace icure::sync::decrypt
