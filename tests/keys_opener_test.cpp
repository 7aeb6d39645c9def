// Several imported keys as one reader, with patients that the platform's own SDKs encrypted.
#include <gtest/gtest.h>

#include "sync/keys/opened_words.h"
#include "sync/keys/opener.h"
#include "tests/support/decrypt_vectors.h"

namespace icure::sync {
namespace {

using decrypt::Json;
using decrypt::vector_named;

/// An opener that holds all keys of a vector.
struct Keyring {
  explicit Keyring(const Json& from) : vector(from) {
    for (const auto& pair : vector.at("keyPairs")) {
      const std::string owner = pair.at("dataOwnerId");
      auto set = KeySet::make(owner, vector.at("dataOwners").at(owner).dump(),
                              decrypt::key_from(pair.at("privateKeyPkcs8Hex")));
      if (!set) throw std::invalid_argument(set.error().message);
      owners.push_back(owner);
      fingerprints.push_back((*set)->fingerprint());
      opener.add(std::move(*set));
    }
    learn();
    for (const auto& owner : owners) {
      if (opener.recover(owner, vector.at("dataOwners").at(owner).dump())) learn();
    }
  }
  void learn() {
    for (const auto& [id, owner] : vector.at("dataOwners").items()) {
      if (has_exchange_keys(owner.dump())) opener.learn_owner(id, "1", owner.dump());
    }
    for (const auto& data : vector.at("exchangeData")) {
      for (const auto& owner : owners) {
        opener.learn_exchange_data(owner, data.at("id").get<std::string>(), "1", data.dump());
      }
    }
  }
  const Json& vector;
  std::vector<std::string> owners;
  std::vector<std::string> fingerprints;
  Opener opener;
};

TEST(OpenerTest, OpensEveryPatientOfTheVectorsWithoutExchangeDataMaps) {
  int patients = 0;
  for (const auto& vector : decrypt::vectors()) {
    if (vector.at("kind") != "patient") continue;
    const decrypt::Reader reader(vector);
    const auto expected = decrypt::decrypt_patient(vector.at("stored").dump(), reader.exchange);
    ASSERT_TRUE(expected);
    Keyring keys(vector);
    const auto opened = keys.opener.open(vector.at("stored").dump());
    EXPECT_EQ(opened.json, expected->document) << vector.at("id");
    EXPECT_TRUE(opened.unread.empty()) << vector.at("id");
    EXPECT_EQ(opened.opened_by.size(), 1u) << vector.at("id");
    ++patients;
  }
  EXPECT_GT(patients, 20);
}

TEST(OpenerTest, TellsWhatStaysClosed) {
  for (const auto* id : {"L9-no-access", "N17-no-access"}) {
    Keyring keys(vector_named(id));
    const auto opened = keys.opener.open(vector_named(id).at("stored").dump());
    EXPECT_TRUE(opened.sealed);
    EXPECT_TRUE(opened.json.empty());
    EXPECT_TRUE(opened.opened_by.empty());
    ASSERT_EQ(opened.unread.size(), 1u);
    EXPECT_NE(opened.unread[0].find("not shared"), std::string::npos);
  }
}

TEST(OpenerTest, ARemovedKeyOpensNothing) {
  Keyring keys(vector_named("L1-self-simple"));
  const auto text = vector_named("L1-self-simple").at("stored").dump();
  EXPECT_EQ(keys.opener.open(text).opened_by, keys.fingerprints);
  keys.opener.remove(keys.owners[0], keys.fingerprints[0]);
  EXPECT_TRUE(keys.opener.open(text).json.empty());
}

TEST(OpenerTest, WhatTwoKeysOpenBetweenThemIsReadWhole) {
  // Each key opens one of two parts: the second patient stands inside the first.
  Keyring keys(vector_named("L1-self-simple"));
  Keyring others(vector_named("N1-self-explicit"));
  const auto& vector = vector_named("N1-self-explicit");
  auto set = KeySet::make(others.owners[0], vector.at("dataOwners").at(others.owners[0]).dump(),
                          decrypt::key_from(vector.at("keyPairs")[0].at("privateKeyPkcs8Hex")));
  ASSERT_TRUE(set);
  keys.opener.add(std::move(*set));
  EXPECT_EQ(keys.opener.open(vector.at("stored").dump()).json, "")
      << "its exchange data is not known yet";
  for (const auto& data : vector.at("exchangeData")) {
    EXPECT_EQ(keys.opener.learn_exchange_data(others.owners[0], data.at("id").get<std::string>(),
                                              "1", data.dump()),
              1u);
    EXPECT_EQ(keys.opener.learn_exchange_data(others.owners[0], data.at("id").get<std::string>(),
                                              "1", data.dump()),
              0u)
        << "learned before";
  }
  EXPECT_EQ(keys.opener.open(vector.at("stored").dump()).opened_by, others.fingerprints);
}

/// A data owner whose key lies in shares with two of three notaries, and a patient of that owner.
struct Shares {
  const Json& vector = vector_named("N16-shamir-2of3");
  const Json& patient = vector_named("L1-self-simple").at("stored");
  std::string owner = vector.at("decryptAs");
  std::string owner_document = vector.at("dataOwners").at(owner).dump();
};

TEST(OpenerTest, PutsAKeyTogetherFromTheSharesOfItsNotaries) {
  const Shares shares;
  Keyring notaries(shares.vector);
  EXPECT_EQ(notaries.opener.open(shares.patient.dump()).json, "");
  ASSERT_TRUE(notaries.opener.combine_shares(shares.owner, shares.owner_document));
  EXPECT_FALSE(notaries.opener.combine_shares(shares.owner, shares.owner_document)) << "again";
  EXPECT_EQ(notaries.opener.recovered_owners(), std::set<std::string>{shares.owner});
  notaries.learn();
  const auto opened = notaries.opener.open(shares.patient.dump());
  EXPECT_NE(opened.json, "");
  EXPECT_EQ(opened.opened_by, notaries.fingerprints) << "it is owed to both";
  notaries.opener.remove(notaries.owners[0], notaries.fingerprints[0]);
  EXPECT_EQ(notaries.opener.open(shares.patient.dump()).json, "") << "one of them went";
  EXPECT_FALSE(notaries.opener.combine_shares(shares.owner, shares.owner_document));
}

TEST(OpenerTest, OneNotaryHoldsTheWholeKey) {
  const auto& vector = vector_named("L7-shamir-1");
  const std::string owner = vector.at("decryptAs");
  Keyring notary(vector);
  EXPECT_TRUE(notary.opener.combine_shares(owner, vector.at("dataOwners").at(owner).dump()));
  EXPECT_FALSE(notary.opener.combine_shares(owner, R"({"id":"x"})"));
  EXPECT_FALSE(notary.opener.combine_shares(owner, "["));
}

TEST(OpenerTest, APatientInClearIsNotSealed) {
  Opener opener;
  EXPECT_FALSE(opener.open(R"({"id":"a"})").sealed);
  EXPECT_TRUE(opener.open(R"({"id":"a","encryptedSelf":"AAAA"})").sealed);
}

TEST(OpenerTest, AKeyOfAnotherOwnerDoesNotMatch) {
  const auto& vector = vector_named("L1-self-simple");
  const auto set = KeySet::make(
      "x", R"({"id":"x"})", decrypt::key_from(vector.at("keyPairs")[0].at("privateKeyPkcs8Hex")));
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::not_found);
}

TEST(OpenerTest, ExchangeKeysAreSeenHoweverTheyAreWritten) {
  EXPECT_FALSE(has_exchange_keys(R"({"aesExchangeKeys":{},"hcPartyKeys":{ }})"));
  EXPECT_FALSE(has_exchange_keys(R"({"note":"\"aesExchangeKeys\""})"));
  EXPECT_TRUE(has_exchange_keys(R"({"aesExchangeKeys" : { "a":{}}})"));
  EXPECT_TRUE(has_exchange_keys(R"({"hcPartyKeys":{"a":[]}})"));
}

TEST(OpenedWordsTest, HoldsTextsAndNumbersButNoPictures) {
  const auto document = R"({"note":"Rue du Lac","deep":{"list":["a",{"b":"c"}]},"picture":")" +
                        std::string(1000, 'A') + R"(","dateOfBirth":19800101,"clear":"no"})";
  EXPECT_EQ(opened_words(document, {"/note", "/deep", "/picture", "/dateOfBirth", "/absent"}),
            "Rue du Lac a c 19800101 ");
}

TEST(OpenedWordsTest, FindsWhatLiesDeepAndNothingInWhatLiesDeeperThanAnyDocument) {
  const auto nested = [](int levels) {
    std::string text = R"("found")";
    for (int i = 0; i < levels; ++i) text = i % 2 == 0 ? '[' + text + ']' : R"({"a":)" + text + '}';
    return R"({"deep":)" + text + '}';
  };
  EXPECT_EQ(opened_words(nested(200), {"/deep"}), "found ");
  EXPECT_EQ(opened_words(nested(2000), {"/deep"}), "");
}

TEST(OpenedWordsTest, LeavesOutWhatIsStillEncryptedAndStopsAtItsBound) {
  EXPECT_EQ(opened_words(R"({"a":{"encryptedSelf":"AAAA","b":"c"}})", {"/a"}), "c ");
  EXPECT_EQ(opened_words(R"({"a":"b"})", {}), "");
  EXPECT_EQ(opened_words("[", {"/a"}), "");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += R"(,")" + std::string(200, 'x') + '"';
  const auto words = opened_words(R"({"a":["first")" + many + "]}", {"/a", "/a"});
  EXPECT_TRUE(words.starts_with("first x"));
  EXPECT_LE(words.size(), (std::size_t{64} << 10) + 1);
  EXPECT_GT(words.size(), (std::size_t{64} << 10) - 201);
}

TEST(OpenedWordsTest, ALongTextOfWordsIsNoPicture) {
  const auto words_of = [](const std::string& text) {
    return opened_words(R"({"a":")" + text + "\"}", {"/a"});
  };
  const auto words = std::string(255, 'x') + ' ' + std::string(300, 'y');
  EXPECT_EQ(words_of(words), words + ' ');
  EXPECT_EQ(words_of(std::string(256, 'x')), std::string(256, 'x') + ' ');
  EXPECT_EQ(words_of(std::string(256, 'x') + ' ' + std::string(300, 'y')), "");
}

}  // namespace
}  // namespace icure::sync
