// What the formats allow and the SDKs' vectors do not show: each case is sealed here, with the keys
// of a vector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "sync/decrypt/patient.h"
#include "sync/decrypt/recovery.h"
#include "tests/support/decrypt_vectors.h"
#include "tests/support/seal.h"

namespace icure::sync::decrypt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kExchangeKey = "an exchange key of 32 bytes long";
const std::string kLongKey = "an entity's key of 32 bytes: AES";
const std::string kUuid = "00112233-4455-6677-8899-aabbccddeeff";
const std::string kUuidKey = text_from_hex("00112233445566778899aabbccddeeff");
const std::string kSecret = "a 16 byte secret";

/// One owner "me" with one key; what it can read is laid down by the test.
class FormatsTest : public testing::Test {
 protected:
  FormatsTest()
      : key_(
            key_from(vector_named("L1-self-simple").at("keyPairs").at(0).at("privateKeyPkcs8Hex"))),
        spki_(key_.spki_hex()),
        exchange_(ring_) {}

  void hold(OaepHash hash = OaepHash::sha1) {
    hash_ = hash;
    Json owner = {{"id", "me"}};
    if (hash == OaepHash::sha1) {
      owner["publicKey"] = spki_;
    } else {
      owner["publicKeysForOaepWithSha256"] = {spki_};
    }
    ASSERT_TRUE(ring_.add(owner.dump(), std::move(key_)));
  }

  std::string sealed_for_me(const std::string& text) const { return seal_rsa(spki_, hash_, text); }
  std::string v1() const { return spki_.substr(spki_.size() - 32); }
  std::string v2() const { return v1().substr(0, 22); }

  /// The owner "other" with an exchange key for "me", under this fingerprint.
  std::string legacy_owner(const std::string& fingerprint, const std::string& key) const {
    Json owner = {{"id", "other"}};
    owner["aesExchangeKeys"]["ab"]["me"][fingerprint] = hex_of(sealed_for_me(key));
    return owner.dump();
  }

  void share_legacy(const std::string& fingerprint, const std::string& key = kExchangeKey) {
    const auto opened = exchange_.add_owner(legacy_owner(fingerprint, key));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->keys, 1u);
  }

  void share_data(const std::string& fingerprint, const std::string& key = kExchangeKey,
                  const std::string& secret = kSecret) {
    const Json data = {{"id", "data"},
                       {"delegator", "group/other"},
                       {"delegate", "me"},
                       {"exchangeKey", {{fingerprint, base64_of(sealed_for_me(key))}}},
                       {"accessControlSecret", {{fingerprint, base64_of(sealed_for_me(secret))}}}};
    const auto opened = exchange_.add_exchange_data(data.dump());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->keys, 1u);
  }

  static Json delegation(const std::string& text) {
    return {{"me", {{{"owner", "other"}, {"key", hex_of(seal_aes(kExchangeKey, text))}}}}};
  }

  static std::string self(const std::string& key, const std::string& text) {
    return base64_of(seal_aes(key, text));
  }

  DecryptedPatient read(const Json& patient) const { return read_text(patient.dump()); }
  DecryptedPatient read_text(const std::string& text) const {
    auto result = decrypt_patient(text, exchange_);
    EXPECT_TRUE(result);
    return result ? std::move(*result) : DecryptedPatient{};
  }

  PrivateKey key_;
  std::string spki_;
  OaepHash hash_ = OaepHash::sha1;
  KeyRing ring_;
  ExchangeKeys exchange_;
};

TEST_F(FormatsTest, LegacyKeyOf32BytesIsAes256) {
  hold();
  share_legacy(v1());
  const auto key = kLongKey;
  const auto patient = read({{"encryptionKeys", delegation("p:" + hex_of(key))},
                             {"encryptedSelf", self(key, R"({"note":"n"})")}});
  EXPECT_THAT(patient.members, ElementsAre("/note"));
}

TEST_F(FormatsTest, ExchangeKeyMayBeNamedInSeveralWays) {
  hold();
  const Json patient = {{"encryptionKeys", delegation("p:" + kUuid)},
                        {"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}};
  auto upper = v1();
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  for (const auto& name : {v1(), v2(), spki_, upper, std::string()}) {
    SCOPED_TRACE(name);
    ExchangeKeys exchange(ring_);
    ASSERT_TRUE(exchange.add_owner(legacy_owner(name, kExchangeKey)));
    const auto result = decrypt_patient(patient.dump(), exchange);
    ASSERT_TRUE(result);
    EXPECT_THAT(result->members, ElementsAre("/note"));
  }
}

TEST_F(FormatsTest, VeryOldEntityIsOpenedByItsSecretId) {
  hold();
  share_legacy(v1());
  Json patient = {{"delegations", delegation("p:" + kUuid)},
                  {"encryptionKeys", Json::object()},
                  {"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}};
  EXPECT_THAT(read(patient).members, ElementsAre("/note"));
  // Not where the entity has a key of its own, though it is another's.
  patient["encryptionKeys"] = {{"else", {{{"owner", "x"}, {"key", "00"}}}}};
  EXPECT_THAT(read(patient).members, IsEmpty());
}

TEST_F(FormatsTest, OnlyWellFormedEntityKeysCount) {
  hold();
  share_legacy(v1());
  for (const auto* text : {"no colon", "a:b:00112233445566778899aabbccddeeff", "p:", "p:0011",
                           "p:00112233445566778899aabbccddeefg"}) {
    SCOPED_TRACE(text);
    const auto patient = read({{"encryptionKeys", delegation(text)},
                               {"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}});
    EXPECT_THAT(patient.members, IsEmpty());
    ASSERT_EQ(patient.unread.size(), 1u);
    EXPECT_EQ(patient.unread[0].reason, Unread::damaged);
  }
}

TEST_F(FormatsTest, AnyOfSeveralKeysMayOpenAPart) {
  hold();
  share_legacy(v1());
  share_legacy(v1(), "an older exchange key, 32 bytes ");
  share_data(v2());
  const std::string third = "a third key, AES";
  auto keys = delegation("p:" + kUuid);
  keys["me"].push_back(
      {{"owner", "other"},
       {"key", hex_of(seal_aes("an older exchange key, 32 bytes ", "q:" + hex_of(kLongKey)))}});
  const Json secure = {{"exchangeDataId", "data"},
                       {"encryptionKeys", {base64_of(seal_aes(kExchangeKey, "Cure" + third))}}};
  const auto patient = read({{"encryptionKeys", keys},
                             {"securityMetadata", {{"secureDelegations", {{"dk", secure}}}}},
                             {"a",
                              {{{"encryptedSelf", self(kUuidKey, R"({"x":1})")}},
                               {{"encryptedSelf", self(kLongKey, R"({"x":2})")}}}},
                             {"m", {{"k/~", {{"encryptedSelf", self(third, R"({"x":3})")}}}}}});
  EXPECT_THAT(patient.members, testing::UnorderedElementsAre("/a/0/x", "/a/1/x", "/m/k~1~0/x"));
  const auto merged = Json::parse(patient.document);
  EXPECT_EQ(merged["a"][1]["x"], 2);
  EXPECT_EQ(merged["m"]["k/~"]["x"], 3);
}

TEST_F(FormatsTest, SecureDelegationIsFoundByIdByHashOrByMap) {
  hold(OaepHash::sha256);
  share_data(v1());  // v1 where v2 is expected
  const auto hash = delegation_key(as_bytes(kSecret), "Patient");
  const Json map = {{"id", "mapped"},
                    {"encryptedExchangeDataIds", {{v2(), base64_of(sealed_for_me("data"))}}}};
  ASSERT_TRUE(exchange_.add_exchange_data_map(map.dump()));
  const Json keys = {base64_of(seal_aes(kExchangeKey, "Cure" + kUuidKey))};
  for (const auto& [name, id] :
       std::map<std::string, Json>{{"any", "data"}, {hash, nullptr}, {"mapped", nullptr}}) {
    SCOPED_TRACE(name);
    const Json secure = {{"encryptionKeys", keys}, {"exchangeDataId", id}};
    const auto patient = read({{"securityMetadata", {{"secureDelegations", {{name, secure}}}}},
                               {"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}});
    EXPECT_THAT(patient.members, ElementsAre("/note"));
  }
  // Not what does not start with the four bytes that prove the key.
  const Json secure = {{"encryptionKeys", {base64_of(seal_aes(kExchangeKey, "Curr" + kUuidKey))}},
                       {"exchangeDataId", "data"}};
  EXPECT_THAT(read({{"securityMetadata", {{"secureDelegations", {{"any", secure}}}}},
                    {"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}})
                  .members,
              IsEmpty());
}

TEST_F(FormatsTest, SaysWhetherAPartWasSharedWithUs) {
  hold();
  share_legacy(v1());
  const Json mine = delegation("p:" + kUuid);
  const Json other = {{"x", {{{"owner", "y"}, {"key", mine["me"][0]["key"]}}}}};
  Json patient = {{"encryptionKeys", other},
                  {"a", {{"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}}}};
  auto result = read(patient);
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].path, "/a");
  EXPECT_EQ(describe(result.unread[0]), "/a: not shared with any key that was imported here");
  patient["encryptionKeys"] = mine;
  patient["a"]["encryptedSelf"] = self(kUuidKey, "[1]");  // not what an SDK writes
  patient["b"] = {{"encryptedSelf", self(kUuidKey, R"({"note":"n"})")}};
  result = read(patient);
  EXPECT_THAT(result.members, ElementsAre("/b/note"));
  ASSERT_EQ(result.unread.size(), 1u);
  EXPECT_EQ(result.unread[0].reason, Unread::damaged);
}

/// A document whose text is given, so that the bytes can be compared.
TEST_F(FormatsTest, LeavesEveryOtherByteAsItWas) {
  hold();
  share_legacy(v1());
  const auto plain =
      R"({ "n\u006fte" : "d", "big":20240131235959, "deep": {"x": [1.10, -0, 1e2]}, "n":null })";
  const auto keys = delegation("p:" + kUuid).dump();
  const auto head = R"( {"id":"p" , "encryptionKeys":)" + keys + R"(,"f":1.50,"note": "clear" ,)" +
                    R"("encryptedSelf":")" + self(kUuidKey, plain) + '"';
  const auto tail = R"(, "z":[ ] } )";
  const auto result = read_text(head + tail);
  EXPECT_THAT(result.members, testing::UnorderedElementsAre("/note", "/big", "/deep", "/n"));
  auto changed = head;
  changed.replace(changed.find("\"clear\""), 7, "\"d\"");
  EXPECT_EQ(
      result.document,
      changed + R"(, "z":[ ] ,"big":20240131235959,"deep":{"x": [1.10, -0, 1e2]},"n":null} )");
}

TEST_F(FormatsTest, OuterPartWinsOverAnInnerOneThatItReplaces) {
  hold();
  share_legacy(v1());
  const auto result = read({{"encryptionKeys", delegation("p:" + kUuid)},
                            {"a", {{"b", {{"encryptedSelf", self(kUuidKey, R"({"c":1})")}}}}},
                            {"encryptedSelf", self(kUuidKey, R"({"a":2})")}});
  EXPECT_THAT(result.members, ElementsAre("/a"));
  EXPECT_EQ(Json::parse(result.document)["a"], 2);
  // So does it over one that stays closed, which nobody misses then.
  const auto closed = read({{"encryptionKeys", delegation("p:" + kUuid)},
                            {"a", {{"b", {{"encryptedSelf", self(kLongKey, R"({"c":1})")}}}}},
                            {"ab", {{"encryptedSelf", self(kLongKey, R"({"c":1})")}}},
                            {"encryptedSelf", self(kUuidKey, R"({"a":2})")}});
  EXPECT_THAT(closed.members, ElementsAre("/a"));
  ASSERT_EQ(closed.unread.size(), 1u);
  EXPECT_EQ(closed.unread[0].path, "/ab");
}

/// As writers of JSON do that escape more than they must.
std::string escaped(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '/') {
      out += "\\/";
    } else if (letter < 0) {  // a byte of a longer sequence
      out += letter;
    } else {
      out += "\\u00" + hex_of({&letter, 1});
    }
  }
  return out + '"';
}

/// Puts `escaped` strings and names in the place of all.
std::string escaped_dump(const Json& json) {
  if (json.is_string()) return escaped(json.get<std::string>());
  if (!json.is_structured()) return json.dump();
  std::string out(1, json.is_array() ? '[' : '{');
  for (const auto& [name, value] : json.items()) {
    if (out.size() > 1) out += ',';
    if (json.is_object()) out += escaped(name) + ':';
    out += escaped_dump(value);
  }
  return out + (json.is_array() ? ']' : '}');
}

TEST_F(FormatsTest, EscapesInTheTextChangeNothing) {
  for (const auto* id : {"L3-nested", "N2-delegate-explicit", "N5-anon-delegator", "N12-mixed"}) {
    SCOPED_TRACE(id);
    const auto& vector = vector_named(id);
    const Reader reader(vector);
    PatientReader reads(reader.exchange);
    const auto stored = vector.at("stored").dump();
    const auto plain = reads.read(stored);
    const auto ids = reads.secret_ids(stored);
    const auto odd = escaped_dump(vector.at("stored"));
    const auto read = reads.read(odd);
    ASSERT_TRUE(plain && read && ids);
    EXPECT_THAT(read->unread, IsEmpty());
    EXPECT_EQ(Json::parse(read->document), Json::parse(plain->document));
    EXPECT_THAT(read->members, testing::UnorderedElementsAreArray(plain->members));
    EXPECT_EQ(*reads.secret_ids(odd), *ids);
  }
}

TEST_F(FormatsTest, EmptyPartIsOpenAndAddsNothing) {
  hold();
  share_legacy(v1());
  const Json patient = {{"encryptionKeys", delegation("p:" + kUuid)},
                        {"encryptedSelf", self(kUuidKey, "{}")}};
  const auto result = read(patient);
  EXPECT_EQ(result.document, patient.dump());
  EXPECT_THAT(result.unread, IsEmpty());
}

/// GF(2^8) with 0x11d, written down in another way than the product does: by shifts and loops.
unsigned char times(unsigned char one, unsigned char two) {
  unsigned product = 0;
  for (unsigned bit = 8; bit-- > 0;) {
    product <<= 1;
    if (product & 0x100) product ^= 0x11d;
    if (two & (1U << bit)) product ^= one;
  }
  return static_cast<unsigned char>(product);
}

/// The value at `index` of polynomials whose first terms are the bytes of `text`.
std::string share_of(const std::string& text, unsigned char index, int threshold) {
  std::string share = {'\xf8', static_cast<char>(index)};
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char value = 0;
    for (int power = threshold - 1; power >= 1; --power) {
      const auto term =
          static_cast<unsigned char>(37 * at + 11 * static_cast<std::size_t>(power) + 5);
      value = static_cast<unsigned char>(times(value, index) ^ term);
    }
    share += static_cast<char>(times(value, index) ^ static_cast<unsigned char>(text[at]));
  }
  return share;
}

class SharesTest : public FormatsTest {
 protected:
  SharesTest() {
    const auto& pair = vector_named("L1b-self-unicode").at("keyPairs").at(0);
    lost_spki_ = pair.at("publicKeySpkiHex");
    lost_ = text_from_hex(pair.at("privateKeyPkcs8Hex").get<std::string>());
    hold();
  }

  /// How many keys come back from these shares, given to notaries of which this ring is all.
  std::size_t recover(const std::vector<std::string>& shares) {
    Json owner = {{"id", "lost"}, {"publicKey", lost_spki_}};
    for (std::size_t at = 0; at < shares.size(); ++at) {
      const auto notary = "notary" + std::to_string(at);
      owner["aesExchangeKeys"][lost_spki_][notary][v1()] = hex_of(sealed_for_me(kExchangeKey));
      owner["privateKeyShamirPartitions"][notary] = hex_of(seal_aes(kExchangeKey, shares[at]));
    }
    EXPECT_TRUE(exchange_.add_owner(owner.dump()));
    const auto keys = recover_keys(owner.dump(), exchange_, ring_);
    EXPECT_TRUE(keys);
    return keys ? keys->size() : 0;
  }

  std::string lost_spki_;
  std::string lost_;
};

TEST_F(SharesTest, EnoughSharesGiveTheKeyAndFewerGiveNothing) {
  const auto marked = std::string("\0\1", 2) + lost_;
  for (const auto threshold : {1, 2, 3, 4}) {
    for (std::size_t given = 1; given <= 5; ++given) {
      std::vector<std::string> shares;
      for (std::size_t at = 0; at < given; ++at) {
        shares.push_back(share_of(marked, static_cast<unsigned char>(251 - 13 * at), threshold));
      }
      EXPECT_EQ(recover(shares), given >= static_cast<std::size_t>(threshold) ? 1u : 0u)
          << threshold << " of " << given;
    }
  }
}

TEST_F(SharesTest, OneNotaryMayHoldTheKeyItself) {
  EXPECT_EQ(recover({lost_}), 1u);
}

TEST_F(SharesTest, AShareThatWasTamperedWithGivesNothing) {
  const auto marked = '\1' + lost_;
  auto shares = std::vector{share_of(marked, 1, 2), share_of(marked, 2, 2)};
  ASSERT_EQ(recover(shares), 1u);
  shares[1][40] ^= 1;
  EXPECT_EQ(recover(shares), 0u);
  EXPECT_EQ(recover({share_of(marked, 1, 2), share_of(marked, 1, 2)}), 0u);
  EXPECT_EQ(recover({share_of(marked, 1, 2), share_of(marked + "x", 2, 2)}), 0u);
}

TEST_F(SharesTest, AnothersKeyIsNotTaken) {
  const auto& other = vector_named("L2-delegate").at("keyPairs").at(0);
  EXPECT_EQ(recover({text_from_hex(other.at("privateKeyPkcs8Hex").get<std::string>())}), 0u);
}

TEST_F(FormatsTest, RecoveryDataMayHoldExchangeKeys) {
  const std::string key = "the recovery key, of 32 bytes...";
  const auto id = sha256(as_bytes(key));
  const Json content = {{{"exchangeDataId", "data"},
                         {"rawExchangeKey", base64_of(kExchangeKey)},
                         {"rawAccessControlSecret", base64_of(kSecret)}}};
  Json document = {{"id", to_hex(id)},
                   {"type", "EXCHANGE_KEY_RECOVERY"},
                   {"encryptedSelf", self(key, content.dump())}};
  const auto recovered = open_recovery_data(document.dump(), Secret(key));
  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->exchange.size(), 1u);
  const auto& found = recovered->exchange[0];
  EXPECT_TRUE(exchange_.add_recovered(found.exchange_data_id, found.exchange_key,
                                      found.access_control_secret));
  EXPECT_TRUE(exchange_.of_delegation(delegation_key(as_bytes(kSecret), "Patient"), ""));

  const Secret wrong(std::string(32, 'x'));
  EXPECT_EQ(open_recovery_data(document.dump(), wrong).error().code, Code::wrong_key);
  document["encryptedSelf"] = self(std::string(32, 'x'), content.dump());
  EXPECT_FALSE(open_recovery_data(document.dump(), Secret(key)));
  document["encryptedSelf"] = self(key, "[{}]");
  EXPECT_EQ(open_recovery_data(document.dump(), Secret(key)).error().code, Code::corrupt);
  document["type"] = "SOMETHING";
  EXPECT_EQ(open_recovery_data(document.dump(), Secret(key)).error().code, Code::corrupt);
}

TEST_F(FormatsTest, RecoveryKeyIsReadAsPeopleTypeIt) {
  const auto& vector = vector_named("N13-recovery-data");
  const auto text = vector.at("recoveryKeyBase32").get<std::string>();
  auto typed = text;
  std::transform(typed.begin(), typed.end(), typed.begin(), ::tolower);
  typed.insert(20, " - ");
  const auto expected = Secret(text_from_hex(vector.at("recoveryKeyHex").get<std::string>()));
  ASSERT_TRUE(read_recovery_key(typed));
  EXPECT_TRUE(read_recovery_key(typed)->equals(expected));
  for (const auto& wrong : {std::string(), text.substr(1), text + "A", text.substr(0, 51) + "1"}) {
    EXPECT_FALSE(read_recovery_key(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace icure::sync::decrypt
