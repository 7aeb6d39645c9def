// Whatever a document is made into, it is an error or is read; nothing crashes, hangs or is
// guessed.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/patient.h"
#include "sync/decrypt/recovery.h"
#include "tests/support/decrypt_vectors.h"
#include "tests/support/seal.h"

namespace icure::sync::decrypt {
namespace {

/// The patients among the vectors.
std::vector<const Json*> patients() {
  std::vector<const Json*> found;
  for (const auto& vector : vectors()) {
    if (vector.at("kind") == "patient") found.push_back(&vector);
  }
  return found;
}

std::mt19937 seeded() {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  return std::mt19937(seed);
}

std::string flipped(std::string text, std::mt19937& random) {
  for (auto flips = 1 + random() % 3; flips > 0; --flips) {
    auto& byte = text[random() % text.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
  }
  return text;
}

/// Calls `change` with every string of the document and its name, deepest first.
template <class Change>
void each_string(Json& json, const std::string& name, Change&& change) {
  if (json.is_string()) {
    change(name, json);
  } else if (json.is_structured()) {
    for (auto& [key, value] : json.items())
      each_string(value, json.is_array() ? name : key, change);
  }
}

TEST(HostileDocument, CutOffAnywhereIsRefused) {
  for (const auto* vector : patients()) {
    SCOPED_TRACE(vector->at("id").get<std::string>());
    const Reader reader(*vector);
    PatientReader reads(reader.exchange);
    const auto text = vector->at("stored").dump();
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto read = reads.read(text.substr(0, size));
      ASSERT_FALSE(read) << size;
      ASSERT_EQ(read.error().code, Code::corrupt);
    }
    EXPECT_TRUE(reads.read(text));
  }
}

// The parser looks at what stands behind the text: of a longer one that was read before, it must
// not take anything for a part of it.
TEST(HostileDocument, CutOffIsNotContinuedByWhatWasReadBefore) {
  const Reader reader(*patients().front());
  PatientReader reads(reader.exchange);
  const std::string whole = R"({"a":[{},{},{"b":1},{}],"c":{"d":{}}})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    ASSERT_TRUE(reads.read(whole));
    ASSERT_FALSE(reads.read(whole.substr(0, size))) << size;
  }
}

TEST(HostileDocument, WithFlippedBitsIsValidOrRefused) {
  auto random = seeded();
  for (const auto* vector : patients()) {
    SCOPED_TRACE(vector->at("id").get<std::string>());
    const Reader reader(*vector);
    PatientReader reads(reader.exchange);
    const auto text = vector->at("stored").dump();
    for (int round = 0; round < 500; ++round) {
      const auto bent = flipped(text, random);
      const auto read = reads.read(bent);
      if (!read) continue;
      // Another parser agrees on what came in and what goes out.
      ASSERT_TRUE(Json::accept(bent)) << bent;
      ASSERT_TRUE(Json::accept(read->document)) << bent;
      for (const auto& member : read->members) {
        ASSERT_TRUE(Json::parse(read->document).contains(Json::json_pointer(member))) << bent;
      }
    }
  }
}

TEST(HostileDocument, PartCutOffAnywhereStaysClosed) {
  for (const auto* vector : patients()) {
    SCOPED_TRACE(vector->at("id").get<std::string>());
    const Reader reader(*vector);
    PatientReader reads(reader.exchange);
    const auto text = vector->at("stored").at("encryptedSelf").get<std::string>();
    for (std::size_t size = 0; size < text.size(); ++size) {
      // Padding may be left away, so only what drops bytes is cut off.
      if (text.find_first_not_of('=', size) == text.npos) continue;
      auto stored = vector->at("stored");
      stored["encryptedSelf"] = text.substr(0, size);
      const auto read = reads.read(stored.dump());
      ASSERT_TRUE(read);
      ASSERT_FALSE(read->unread.empty()) << size;
      for (const auto& part : read->unread) EXPECT_EQ(part.path, "");
    }
  }
}

TEST(HostileDocument, SealedKeyCutOffAnywhereOpensNothing) {
  for (const auto* vector : patients()) {
    SCOPED_TRACE(vector->at("id").get<std::string>());
    const Reader reader(*vector);
    PatientReader reads(reader.exchange);
    // Every sealed entity key of the patient is cut to the same length.
    for (std::size_t size = 0; size < 192; size += 1 + size / 16) {
      auto stored = vector->at("stored");
      std::size_t cut = 0;
      each_string(stored, "", [&](const std::string& name, Json& value) {
        if (name != "key" && name != "encryptionKeys") return;
        const auto text = value.get<std::string>();
        const auto bytes = text.find_last_not_of('=') + 1;
        value = text.substr(0, std::min(size, bytes - 1));
        ++cut;
      });
      ASSERT_GT(cut, 0u);
      const auto read = reads.read(stored.dump());
      ASSERT_TRUE(read);
      EXPECT_TRUE(read->members.empty()) << size;
      EXPECT_FALSE(read->unread.empty());
    }
  }
}

TEST(HostileDocument, BentExchangeKeyIsNotOpened) {
  auto random = seeded();
  for (const char* id : {"L2-delegate", "L6-hcPartyKeys-delegate", "N2-delegate-explicit",
                         "N10-sha1-key", "N5-anon-delegator"}) {
    SCOPED_TRACE(id);
    const auto& vector = vector_named(id);
    const Reader reader(vector);
    for (int round = 0; round < 20; ++round) {
      auto bent = vector;
      const auto bend = [&](const std::string&, Json& value) {
        const auto text = value.get<std::string>();
        if (text.size() != 512 && text.size() != 344) return;  // RSA, in hex and base64
        Bytes bytes;
        const bool hex = text.size() == 512;
        ASSERT_TRUE(hex ? decode_hex(text, bytes) : decode_base64(text, bytes));
        bytes[random() % bytes.size()] ^= static_cast<unsigned char>(1U << random() % 8);
        value = hex ? hex_of(as_text(bytes)) : base64_of(as_text(bytes));
      };
      for (const char* member : {"dataOwners", "exchangeData", "exchangeDataMaps"}) {
        each_string(bent[member], "", bend);
      }
      ExchangeKeys exchange(reader.ring);
      std::size_t opened = 0;
      for (const auto& owner : bent["dataOwners"]) opened += exchange.add_owner(owner.dump())->keys;
      for (const auto& data : bent["exchangeData"]) {
        opened += exchange.add_exchange_data(data.dump())->keys;
      }
      for (const auto& map : bent["exchangeDataMaps"]) {
        opened += exchange.add_exchange_data_map(map.dump())->keys;
      }
      EXPECT_EQ(opened, 0u);
      const auto read = decrypt_patient(vector["stored"].dump(), exchange);
      ASSERT_TRUE(read);
      EXPECT_TRUE(read->members.empty());
    }
  }
}

TEST(HostileDocument, OfAnyKindIsCutOrBentWithoutHarm) {
  auto random = seeded();
  for (const auto& vector : vectors()) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const Reader reader(vector);
    std::vector<std::string> texts;
    for (const char* member : {"dataOwners", "exchangeData", "exchangeDataMaps"}) {
      for (const auto& document : vector.at(member)) texts.push_back(document.dump());
    }
    const Secret recovery_key(text_from_hex(vector.value("recoveryKeyHex", std::string(64, '0'))));
    if (vector.at("kind") == "recoveryData") texts.push_back(vector.at("stored").dump());
    for (const auto& text : texts) {
      const auto try_all = [&](const std::string& bent, bool refused) {
        ExchangeKeys exchange(reader.ring);
        const auto keys = public_keys(bent);
        const auto recovered = recover_keys(bent, reader.exchange, reader.ring);
        EXPECT_EQ(bool(keys), bool(recovered));
        const bool data = bool(exchange.add_exchange_data(bent));
        const bool map = bool(exchange.add_exchange_data_map(bent));
        const bool opened = bool(open_recovery_data(bent, recovery_key));
        (void)exchange.add_owner(bent);
        EXPECT_FALSE(refused && (keys || data || map || opened)) << bent;
      };
      for (int round = 0; round < 5; ++round) {
        try_all(text.substr(0, random() % text.size()), true);
        try_all(flipped(text, random), false);
      }
    }
  }
}

TEST(HostileDocument, OddShapesAreRefusedOrReadAsClosed) {
  const Reader reader(vector_named("L1-self-simple"));
  const auto stored = vector_named("L1-self-simple").at("stored");
  PatientReader reads(reader.exchange);
  for (const auto* text : {"",
                           " ",
                           "null",
                           "[]",
                           "7",
                           "\"x\"",
                           "{",
                           "{}x",
                           "{}{}",
                           "{\"a\":1,}",
                           "{\"a\":01}",
                           "{\"a\":tru}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "{\"a\":\"\x01\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xed\xa0\x80\"}",
                           "{\"a\":[1,]}",
                           "{\"a\":nan}",
                           "{\"a\":1,\"a\":2}",
                           "{\"b\":[{\"a\":1,\"\\u0061\":2}]}",
                           "\xef\xbb\xbf{}",
                           R"({"a":["x","y":1}})",
                           R"({"a":["x":1]})",
                           R"({"a":true:1})",
                           R"({"a":[null:null]})",
                           R"({"a":[1 2]})",
                           R"({"a":truex})",
                           R"({"a":"x"y})",
                           R"({"a":[}]})",
                           R"({"a":{]})"}) {
    EXPECT_FALSE(reads.read(text)) << text;
  }
  // What should say who may read, in every wrong type: nothing opens, nothing breaks.
  for (const auto* name : {"encryptionKeys", "delegations", "securityMetadata"}) {
    for (const auto* odd :
         {"null", "7", "\"x\"", "[]", "[[]]", "{}", R"({"a":null})", R"({"a":[null]})",
          R"({"a":[{}]})", R"({"a":[{"owner":7,"key":[]}]})", R"({"secureDelegations":[]})",
          R"({"secureDelegations":{"a":null}})",
          R"({"secureDelegations":{"a":{"encryptionKeys":7}}})",
          R"({"secureDelegations":{"a":{"encryptionKeys":[7,{}]},"b":{"encryptionKeys":null}}})",
          R"({"secureDelegations":{"a":{"exchangeDataId":{},"encryptionKeys":["AA=="]}}})"}) {
      SCOPED_TRACE(std::string(name) + odd);
      auto patient = stored;
      patient.erase("encryptionKeys");
      patient.erase("delegations");
      patient[name] = Json::parse(odd);
      const auto read = reads.read(patient.dump());
      ASSERT_TRUE(read);
      EXPECT_TRUE(read->members.empty());
      EXPECT_EQ(read->unread.size(), 1u);
    }
  }
  for (const auto* odd : {"null", "7", "{}", "\"\"", "\"====\"", "\"\\u0041\"", "\"AAAA\""}) {
    SCOPED_TRACE(odd);
    auto patient = stored;
    patient["encryptedSelf"] = Json::parse(odd);
    const auto read = reads.read(patient.dump());
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->members.empty());
  }
}

TEST(HostileDocument, SizeAndDepthAreBounded) {
  const Reader reader(vector_named("L1-self-simple"));
  PatientReader reads(reader.exchange);
  const auto started = std::chrono::steady_clock::now();
  for (const std::size_t depth : {65U, 1000U, 1000000U}) {
    std::string open = "{\"a\":";
    std::string deep = open;
    for (std::size_t at = 0; at < depth; ++at) deep += '[';
    EXPECT_FALSE(reads.read(deep));
    EXPECT_FALSE(reads.read(deep + std::string(depth, ']') + "}"));
    EXPECT_FALSE(public_keys(deep + std::string(depth, ']') + "}"));
    deep.clear();
    for (std::size_t at = 0; at < depth; ++at) deep += open;
    EXPECT_FALSE(reads.read(deep + "1" + std::string(depth, '}')));
  }
  // A hundred thousand members, and megabytes of sealed text, take time in proportion.
  std::string many = "{";
  for (int at = 0; at < 100000; ++at) many += "\"member" + std::to_string(at) + "\":1,";
  EXPECT_TRUE(reads.read(many + "\"last\":1}"));
  EXPECT_FALSE(reads.read(many + "\"member77\":1}"));
  auto patient = vector_named("L1-self-simple").at("stored");
  patient["encryptedSelf"] = std::string(std::size_t{16} << 20, 'A');
  const auto read = reads.read(patient.dump());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->unread.size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::minutes(1));
}

TEST(StrictText, IsDecodedOnlyAsAnEncoderWritesIt) {
  Bytes bytes;
  for (const auto* text : {"0", "0g", " 00", "00 ", "0x00"}) EXPECT_FALSE(decode_hex(text, bytes));
  for (const auto* text : {"A", "AA=", "AA===", "=", "====", "A===", "AB==", "AAB=", "AA==AA==",
                           "AA A", "AAA\n", "AA=A", "A\xc3\xa9\x41"}) {
    EXPECT_FALSE(decode_base64(text, bytes)) << text;
    EXPECT_TRUE(bytes.empty());
  }
  EXPECT_TRUE(decode_base64("-_+/", bytes));
  EXPECT_EQ(hex_of(as_text(bytes)), "fbffbf");
  EXPECT_TRUE(decode_base64("AAE", bytes));
  EXPECT_TRUE(decode_base64("AAE=", bytes));
  EXPECT_EQ(hex_of(as_text(bytes)), "0001");
  for (const auto* text : {"A", "AB", "AAA", "A1", "AA======"}) {
    EXPECT_FALSE(decode_base32(text, bytes)) << text;
  }
  auto random = seeded();
  for (std::size_t size = 0; size < 100; ++size) {
    std::string text(size, '\0');
    for (auto& letter : text) letter = static_cast<char>(random());
    ASSERT_TRUE(decode_base64(base64_of(text), bytes));
    EXPECT_EQ(as_text(bytes), text);
    ASSERT_TRUE(decode_hex(hex_of(text), bytes));
    EXPECT_EQ(as_text(bytes), text);
  }
}

}  // namespace
}  // namespace icure::sync::decrypt
