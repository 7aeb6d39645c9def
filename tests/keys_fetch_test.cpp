// sync/keys/keys.h: what is fetched from the platform for the imported keys, and when.
#include "tests/support/keys_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

class KeysFetchTest : public KeysTest {
 protected:
  std::size_t asked(const std::string& path) const {
    return static_cast<std::size_t>(std::count_if(
        http.seen.begin(), http.seen.end(),
        [&path](const auto& seen) { return seen.target.find(path) != seen.target.npos; }));
  }
  void cut_line() {
    platform.fault = Cause::connect;
    engine.failed({Cause::connect});
  }
  void mend_line() {
    platform.fault.reset();
    engine.succeeded();
    keys->line_changed();
  }

  const Json& shared = vector_named("N1-self-explicit");
};

TEST_F(KeysFetchTest, ExchangeDataIsFetchedAllOfItAndOpensPatients) {
  exchange = {Json{{"id", "other"}}, shared.at("exchangeData").at(0)};
  mirror_owners(shared);
  mirror(Kind::patient, shared.at("stored"));
  engine.succeeded();
  ASSERT_TRUE(import(shared)->matches);
  pass();
  EXPECT_NE(opened(shared.at("stored")), "");
  EXPECT_EQ(asked("/exchangedata/"), 2u);
  pass(1h);
  EXPECT_EQ(asked("/exchangedata/"), 2u) << "until a run may have brought more";
}

TEST_F(KeysFetchTest, WithoutALineItWaitsForOne) {
  exchange = {shared.at("exchangeData").at(0)};
  mirror_owners(shared);
  mirror(Kind::patient, shared.at("stored"));
  cut_line();
  ASSERT_TRUE(import(shared)->matches);
  pass(2min);
  EXPECT_EQ(asked("/exchangedata/"), 0u);
  EXPECT_EQ(opened(shared.at("stored")), "");
  EXPECT_EQ(keys->progress().unreadable, 1u);
  mend_line();
  pass();
  EXPECT_NE(opened(shared.at("stored")), "");
  EXPECT_EQ(keys->progress().unreadable, 0u);
}

TEST_F(KeysFetchTest, AFaultIsTriedAgainOnceAMinute) {
  exchange = {shared.at("exchangeData").at(0)};
  exchange_status = 503;
  mirror_owners(shared);
  mirror(Kind::patient, shared.at("stored"));
  engine.succeeded();
  ASSERT_TRUE(import(shared)->matches);
  pass(10min);
  EXPECT_GE(asked("/exchangedata/"), 9u);
  EXPECT_LE(asked("/exchangedata/"), 11u);
  exchange_status = 200;
  pass(1min + 2s);
  EXPECT_NE(opened(shared.at("stored")), "");
}

TEST_F(KeysFetchTest, AFullRunIsAReasonToFetchAgain) {
  platform.put("a", "first");
  mirror_owners(shared);
  mirror(Kind::patient, shared.at("stored"));
  ASSERT_TRUE(import(shared)->matches);
  engine.watch([this] { keys->line_changed(); });
  Scope syncing;
  syncing.run(engine.loop(syncing.token()));
  settle();
  pass();
  ASSERT_EQ(opened(shared.at("stored")), "");
  exchange = {shared.at("exchangeData").at(0)};
  pass(30min);
  EXPECT_EQ(opened(shared.at("stored")), "") << "quick runs bring none";
  pass(1h);
  EXPECT_NE(opened(shared.at("stored")), "");
  syncing.drain([] {});
  settle();
  EXPECT_EQ(syncing.running(), 0u);
}

// Two of three notaries are enough: then the key of the one who lost it opens its patients.
TEST_F(KeysFetchTest, SharesOfAKeyAreCombinedAsLongAsEnoughNotariesAreHere) {
  const auto& vector = vector_named("N16-shamir-2of3");
  const auto& patient = vector_named("L1-self-simple").at("stored");
  exchange = vector.at("exchangeData").get<std::vector<Json>>();
  mirror_owners(vector);
  mirror(Kind::patient, patient);
  engine.succeeded();
  std::vector<std::string> fingerprints;
  for (const auto& pair : vector.at("keyPairs")) {
    const auto imported = import(pair.at("dataOwnerId"), pair.at("privateKeyPkcs8Hex"));
    ASSERT_TRUE(imported);
    if (fingerprints.empty()) {
      pass();
      EXPECT_EQ(opened(patient), "") << "one is not enough";
    }
    fingerprints.push_back(imported->fingerprint);
  }
  pass();
  EXPECT_NE(opened(patient), "");
  EXPECT_GT(asked("dataOwnerId=" + vector.at("decryptAs").get<std::string>()), 0u)
      << "what its owner shares is wanted too";
  const auto rows = list();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].opens, 1u);
  EXPECT_EQ(rows[1].opens, 1u) << "it is owed to both";
  ASSERT_TRUE(finish(keys->remove("", fingerprints[0])));
  pass();
  EXPECT_EQ(opened(patient), "");
}

class KeysRecoveryTest : public KeysFetchTest {
 protected:
  Result<Imported> recover(const std::string& of, const std::string& key) {
    return finish(keys->recover_in(of, Secret(key), stop.get_token()));
  }
  const Json& vector = vector_named("N13-recovery-data");
  const std::string owner = owner_of(vector);
  const std::string recovery_key = vector.at("recoveryKeyBase32");
};

TEST_F(KeysRecoveryTest, AKeyThatThePlatformKeepsUnderARecoveryKeyIsTakenIn) {
  recovery = fakes::reply_of(200, vector.at("stored").dump());
  mirror_owners(vector);
  const auto recovered = recover(owner, recovery_key);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_TRUE(recovered->matches);
  ASSERT_EQ(list().size(), 1u);
  EXPECT_EQ(list()[0].owner, owner);
  EXPECT_EQ(asked(vector.at("stored").at("id").get<std::string>()), 1u);
}

TEST_F(KeysRecoveryTest, SaysWhyThereIsNone) {
  mirror_owners(vector);
  EXPECT_EQ(recover(owner, "abc").error().code, Code::invalid);
  EXPECT_EQ(recover(owner, recovery_key).error().code, Code::not_found);
  recovery = fakes::reply_of(503, "");
  EXPECT_EQ(recover(owner, recovery_key).error().code, Code::offline);
  recovery = fakes::reply_of(200, "{}");
  EXPECT_FALSE(recover(owner, recovery_key));
  recovery = fakes::reply_of(200, vector.at("stored").dump());
  EXPECT_FALSE(recover("another", recovery_key));
  EXPECT_THAT(list().size(), 1u) << "the key of who made it was taken in all the same";
}

TEST_F(KeysRecoveryTest, AnOwnerWhoIsNotMirroredIsSaid) {
  recovery = fakes::reply_of(200, vector.at("stored").dump());
  EXPECT_EQ(recover(owner, recovery_key).error().code, Code::not_found);
  EXPECT_THAT(list(), IsEmpty());
}

}  // namespace
}  // namespace icure::sync
