// sync/refresh: what is asked of the platform at once, for a reader who would rather wait.
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
