// Logins in the ledger: kept over restarts, and gone for good when they are gone.
#include "tests/store_fixture.h"
#include "tests/support/clear_pages.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime kNoon(1'790'000'000'000ms);

class LoginTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Logins& logins() { return stores_->logins(); }

  static LoginSession session(const std::string& id, const std::string& user = "u1") {
    LoginSession made;
    made.id = id;
    made.digest = std::string("\0\xff", 2) + id;
    made.user = user;
    made.uid = 1000;
    made.client = "desk";
    made.created = made.used = made.proven = kNoon;
    made.mark = "m";
    return made;
  }
  static Verifier verifier(const std::string& user = "u1", const std::string& digest = "digest") {
    return {user, {1 << 15, 8, 3}, std::string("s\0lt", 4), digest, kNoon, "m"};
  }
  std::vector<std::string> open_sessions() {
    const auto sessions = *logins().sessions();
    std::vector<std::string> ids;
    ids.reserve(sessions.size());
    for (const auto& each : sessions) ids.push_back(each.id);
    return ids;
  }
  bool has_verifier(const std::string& user = "u1") { return logins().verifier(user)->has_value(); }
};

TEST_F(LoginTest, GivesSessionsAndVerifiersBackWholeAfterARestart) {
  auto offline = session("s2");
  offline.mode = LoginMode::offline;
  offline.used = kNoon + 5s;
  ASSERT_TRUE(logins().begin(session("s1"), verifier()));
  ASSERT_TRUE(logins().begin(offline, std::nullopt));
  open();
  const auto sessions = *logins().sessions();
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].digest, session("s1").digest);
  EXPECT_EQ(sessions[0].user, "u1");
  EXPECT_EQ(sessions[0].uid, 1000);
  EXPECT_EQ(sessions[0].client, "desk");
  EXPECT_EQ(sessions[0].mode, LoginMode::online);
  EXPECT_EQ(sessions[1].mode, LoginMode::offline);
  EXPECT_EQ(sessions[1].used, kNoon + 5s);
  EXPECT_EQ(sessions[1].proven, kNoon);
  const auto kept = *logins().verifier("u1");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->cost.n, 1u << 15);
  EXPECT_EQ(kept->cost.p, 3u);
  EXPECT_EQ(kept->salt, std::string("s\0lt", 4));
  EXPECT_EQ(kept->digest, "digest");
  EXPECT_EQ(kept->proven, kNoon);
  EXPECT_EQ(logins().verified()->front().mark, "m");
}

TEST_F(LoginTest, AnOnlineLoginWithoutAVerifierLeavesNone) {
  ASSERT_TRUE(logins().begin(session("s1"), verifier()));
  auto offline = session("s2");
  offline.mode = LoginMode::offline;
  ASSERT_TRUE(logins().begin(offline, std::nullopt));
  EXPECT_TRUE(has_verifier()) << "an offline login proves nothing";
  ASSERT_TRUE(logins().begin(session("s3"), std::nullopt));
  EXPECT_FALSE(has_verifier());
}

TEST_F(LoginTest, ShutsOutOneUserAndNobodyElse) {
  ASSERT_TRUE(logins().begin(session("s1"), verifier()));
  ASSERT_TRUE(logins().begin(session("s2"), verifier()));
  ASSERT_TRUE(logins().begin(session("s3", "u2"), verifier("u2")));
  ASSERT_TRUE(logins().shut_out("u1"));
  EXPECT_THAT(open_sessions(), ElementsAre("s3"));
  EXPECT_FALSE(has_verifier());
  EXPECT_TRUE(has_verifier("u2"));
  ASSERT_TRUE(logins().end({"s3"}));
  EXPECT_THAT(open_sessions(), IsEmpty());
  EXPECT_TRUE(has_verifier("u2"));
}

TEST_F(LoginTest, AUseIsNeverTakenBack) {
  ASSERT_TRUE(logins().begin(session("s1"), std::nullopt));
  ASSERT_TRUE(logins().used({{"s1", kNoon + 9s}, {"gone", kNoon}}));
  ASSERT_TRUE(logins().used({{"s1", kNoon + 2s}}));
  EXPECT_EQ(logins().sessions()->front().used, kNoon + 9s);
}

TEST_F(LoginTest, CountsWrongGuessesForEachCallerUntilOneOfThemIsRight) {
  ASSERT_TRUE(logins().failed("u1", 1000, {5, kNoon, kNoon + 15min}));
  ASSERT_TRUE(logins().failed("u1", 1001, {1, kNoon, std::nullopt}));
  open();
  EXPECT_EQ(logins().failures("u1", 1000)->count, 5);
  EXPECT_EQ(logins().failures("u1", 1000)->locked_until, kNoon + 15min);
  EXPECT_EQ(logins().failures("u2", 1000)->count, 0);
  ASSERT_TRUE(logins().begin(session("s1"), std::nullopt));  // of 1000
  EXPECT_EQ(logins().failures("u1", 1000)->count, 0);
  EXPECT_EQ(logins().failures("u1", 1001)->count, 1);
  ASSERT_TRUE(logins().failed("u1", 1000, {5, kNoon, kNoon + 15min}));
  ASSERT_TRUE(logins().forget_failures(kNoon + 1min));
  EXPECT_EQ(logins().failures("u1", 1001)->count, 0);
  EXPECT_EQ(logins().failures("u1", 1000)->count, 5) << "it is locked still";
}

TEST_F(LoginTest, KeepsTheCostAndTheHighestTime) {
  EXPECT_FALSE(*logins().cost());
  EXPECT_FALSE(*logins().highest_time());
  ASSERT_TRUE(logins().set_cost({1 << 15, 8, 2}));
  ASSERT_TRUE(logins().set_highest_time(kNoon));
  open();
  EXPECT_EQ((*logins().cost())->p, 2u);
  EXPECT_EQ(*logins().highest_time(), kNoon);
}

TEST_F(LoginTest, WhatWasShutOutIsInNoPageOfTheFile) {
  const std::string digest = "Zk8_digest_that_is_looked_for_Zk8";
  ASSERT_TRUE(logins().begin(session("s1"), verifier("u1", digest)));
  close();
  const auto holds = [this, &digest] {
    std::vector<std::string> warnings;
    const auto key =
        open_keys(path(), *parse_store_key(kStoreKey), warnings)->of_database("ledger.db");
    const auto pages = support::clear_pages(read_file(path("ledger.db")), key);
    EXPECT_NE(pages.find("CREATE TABLE verifier"), std::string::npos) << "this can read pages";
    return pages.find(digest) != std::string::npos;
  };
  ASSERT_TRUE(holds()) << "the search finds what is there";
  open();
  ASSERT_TRUE(logins().shut_out("u1"));
  EXPECT_EQ(read_file(path("ledger.db-wal")), "") << "the log is empty";
  close();
  EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace icure::store
