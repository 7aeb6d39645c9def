// sync/refresh: what is asked of the platform at once, for a reader who would rather wait.
#include <gmock/gmock.h>

#include "sync/refresh.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

class RefreshTest : public support::SyncTest {
 protected:
  RefreshTest() {
    for (const auto* id : {"a", "b"}) platform.put(id, id);
  }
  void TearDown() override {
    scope.drain([] {});
    pump();
  }

  void start() {
    scope.run(engine.loop(scope.token()));
    pump();
  }
  int requests() const {
    int sum = 0;
    for (const auto& [what, times] : platform.asked) sum += times;
    return sum;
  }
  bool by_id(const std::string& id) {
    return finish(refresher.by_ids(Kind::user, {id}, stop.get_token()));
  }

  Refresher refresher{rest, sweeper, engine, stores->mirror(), mirror_thread, parser, clock};
};

TEST_F(RefreshTest, BringsAnEntityInLineAtOnce) {
  start();
  platform.put("a", "changed");
  EXPECT_NE(rev_of(Kind::user, "a"), platform.rev_of("a"));
  EXPECT_TRUE(by_id("a"));
  EXPECT_EQ(rev_of(Kind::user, "a"), platform.rev_of("a"));
}

TEST_F(RefreshTest, WhatIsNewIsFoundByATickOfItsKind) {
  start();
  platform.put("c", "new");
  EXPECT_TRUE(finish(refresher.kinds({Kind::user}, {}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::user, "c"), platform.rev_of("c"));
}

TEST_F(RefreshTest, AUserThatTheMirrorHasNotIsFoundByItsEmail) {
  start();
  platform.put("c", "new");
  platform.by_contact["/byEmail/c%40x.test"] = "c";
  EXPECT_TRUE(finish(refresher.user_by(store::Key::email, "c@x.test", stop.get_token())));
  EXPECT_EQ(rev_of(Kind::user, "c"), platform.rev_of("c"));
  EXPECT_TRUE(finish(refresher.user_by(store::Key::phone, "+32", stop.get_token())))
      << "that there is none is an answer";
  platform.fault = Cause::connect;
  EXPECT_FALSE(finish(refresher.user_by(store::Key::email, "c@x.test", stop.get_token())));
}

TEST_F(RefreshTest, UsersOfADataOwnerAreThoseThatThePlatformNamesAndThoseThatAreKnown) {
  start();
  platform.put("b", "changed");
  platform.put("c", "new");
  platform.remove("a");
  platform.users_of["h"] = {"b", "c"};
  const std::vector<Kind> may_be = {Kind::hcp, Kind::patient, Kind::device};
  EXPECT_TRUE(finish(refresher.users_of(may_be, "h", {"a", "b"}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::user, "a"), "none") << "it was known, and is gone";
  EXPECT_EQ(rev_of(Kind::user, "b"), platform.rev_of("b"));
  EXPECT_EQ(rev_of(Kind::user, "c"), platform.rev_of("c"));
  const int before = requests();
  EXPECT_TRUE(finish(refresher.users_of({Kind::device}, "d", {}, stop.get_token())));
  EXPECT_EQ(requests(), before) << "nobody but the mirror knows whose device it is";
}

TEST_F(RefreshTest, WhatIsNoListOfIdsIsNoAnswer) {
  start();
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (seen.target.find("/byHealthcarePartyId/") == std::string::npos) return answer(seen);
    return fakes::reply_of(200, R"(["c")");
  };
  EXPECT_FALSE(finish(refresher.users_of({Kind::hcp}, "h", {}, stop.get_token())));
}

TEST_F(RefreshTest, AnIdThatMayBeOfAnyKindIsAskedOfEach) {
  platform.put(Kind::hcp, "h", "Luz");
  start();
  platform.put("b", "changed");
  EXPECT_TRUE(finish(refresher.any_of({Kind::hcp, Kind::user}, {"b", "h"}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::user, "b"), platform.rev_of("b"));
  EXPECT_EQ(rev_of(Kind::hcp, "h"), platform.at(Kind::hcp, "h")["rev"]);
  platform.statuses["POST /rest/v2/hcparty/byIds"] = 500;
  EXPECT_FALSE(finish(refresher.any_of({Kind::hcp, Kind::user}, {"b"}, stop.get_token())));
}

TEST_F(RefreshTest, WhatIsGoneAndWhatWasDeletedLeaveTheMirror) {
  start();
  platform.remove("a");
  platform.soft_delete(Kind::user, "b");
  EXPECT_TRUE(finish(refresher.by_ids(Kind::user, {"a", "b"}, stop.get_token())));
  EXPECT_THAT(mirrored(), testing::IsEmpty());
}

// platform: it serves the patients of others as well, to who knows their ids.
TEST_F(RefreshTest, APatientOfOthersIsNotTakenInForBeingAskedFor) {
  start();
  platform.put(Kind::patient, "p", "Vidal");
  platform.unlisted.insert("p");
  EXPECT_TRUE(finish(refresher.by_ids(Kind::patient, {"p"}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::patient, "p"), "none");
  EXPECT_TRUE(finish(refresher.read(Kind::patient, {"p"}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::patient, "p"), platform.at(Kind::patient, "p")["rev"])
      << "a hint names our own only";
}

TEST_F(RefreshTest, RowsThatAreShownAreAskedForFirst) {
  start();
  platform.put("a", "changed");
  EXPECT_TRUE(finish(
      refresher.kinds({Kind::user}, {{Kind::user, {"a"}}, {Kind::hcp, {}}}, stop.get_token())));
  EXPECT_EQ(rev_of(Kind::user, "a"), platform.rev_of("a"));
  platform.statuses["POST /rest/v2/user/byIds"] = 503;
  EXPECT_FALSE(finish(refresher.kinds({Kind::user}, {{Kind::user, {"a"}}}, stop.get_token())));
}

TEST_F(RefreshTest, WithoutALineNobodyIsAskedAndNobodyWaits) {
  platform.fault = Cause::connect;
  start();
  ASSERT_FALSE(engine.connection().online);
  const int before = requests();
  EXPECT_FALSE(by_id("a"));
  EXPECT_FALSE(finish(refresher.any_of({Kind::user, Kind::hcp}, {"a"}, stop.get_token())));
  EXPECT_FALSE(finish(refresher.user_by(store::Key::email, "a@x.test", stop.get_token())));
  EXPECT_FALSE(finish(refresher.users_of({Kind::hcp}, "h", {"a"}, stop.get_token())));
  EXPECT_FALSE(finish(refresher.kinds({Kind::user}, {}, stop.get_token())));
  EXPECT_EQ(requests(), before);
}

TEST_F(RefreshTest, WhoHasWaitedTwoSecondsIsToldThatItIsAsItWas) {
  start();
  http.hold = true;
  auto task = refresher.by_ids(Kind::user, {"a"}, stop.get_token());
  task.start();
  pump();
  EXPECT_FALSE(task.done());
  advance(2s);
  ASSERT_TRUE(task.done());
  EXPECT_FALSE(task.take());
}

}  // namespace
}  // namespace icure::sync
