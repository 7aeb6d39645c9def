// sync/engine.h: how it watches the line, gives it up and finds it again.
#include <gmock/gmock.h>

#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

class LineTest : public support::SyncTest {
 public:
  LineTest() { platform.put("a", "first"); }
  ~LineTest() override {
    scope.drain([] {});
    pump();
    EXPECT_EQ(scope.running(), 0u) << "the engine did not stop";
  }

 protected:
  void start() {
    scope.run(engine.loop(scope.token()));
    pump();
  }
  int sweeps() { return platform.asked["GET /rest/v2/user"]; }
};

TEST_F(LineTest, ComesBackWithinTwentySecondsAfterAShortOutage) {
  platform.fault = Cause::connect;
  start();
  EXPECT_FALSE(engine.connection().online);
  EXPECT_EQ(engine.connection().cause, Cause::connect);
  advance(5min);
  platform.fault.reset();
  advance(21s);
  EXPECT_TRUE(engine.connection().online);
  EXPECT_EQ(engine.last()->trigger, "reconnect");
  EXPECT_EQ(engine.last()->state, "done");
}

TEST_F(LineTest, NoticesAnOutageWithoutASync) {
  start();
  platform.fault = Cause::no_route;
  advance(31s);
  EXPECT_FALSE(engine.connection().online);
}

// What failed was a write or a live socket, and the loop slept on until its next health check.
TEST_F(LineTest, IsBackSoonFromAnOutageThatSomebodyElseMet) {
  start();
  advance(5s);
  Fault fault;
  fault.cause = Cause::connect;
  engine.failed(fault);
  EXPECT_FALSE(engine.connection().online);
  advance(3s);
  EXPECT_TRUE(engine.connection().online);
}

TEST_F(LineTest, AFlappingLineDoesNotCauseASweepEachTime) {
  start();
  for (int i = 0; i < 4; ++i) {
    platform.fault = Cause::connect;
    advance(31s);
    platform.fault.reset();
    advance(25s);
    EXPECT_TRUE(engine.connection().online);
  }
  EXPECT_EQ(sweeps(), 1);
  advance(2min);
  EXPECT_EQ(sweeps(), 2) << "one for all that may have been missed";
}

TEST_F(LineTest, IsBoundedOverADayOffline) {
  platform.fault = Cause::dns;
  start();
  advance(24h);
  EXPECT_LT(http.seen.size(), 2'200u);
}

TEST_F(LineTest, ARequestWaitsWhenThePlatformAskedForQuiet) {
  start();
  platform.fault = Cause::rate_limited;
  platform.retry_after = 2min;
  auto first = finish(engine.run_now(true, true));
  EXPECT_EQ(first->cause, "rate_limited");
  const auto asked = http.seen.size();
  auto second = finish(engine.run_now(true, true));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::unavailable);
  EXPECT_GT(*second.error().retry_after, 100s);
  advance(1min);
  EXPECT_EQ(http.seen.size(), asked) << "nothing was sent in the quiet time";
}

// Nobody noticed, while a run was under way, that the time was over: requests were refused, with a
// time to wait that lay in the past.
TEST_F(LineTest, AQuietTimeAlsoEndsDuringARun) {
  start();
  http.hold = true;
  http.hold_path = "/rest/v2/user?";
  auto run = engine.run_now(true, false);
  run.start();
  pump();
  engine.failed({Cause::rate_limited, 429, "as a reader was told", 10s});
  advance(9s);
  EXPECT_GT(*finish(engine.run_now(true, false)).error().retry_after, 0s);
  advance(3s);
  EXPECT_TRUE(finish(engine.run_now(true, false))) << "it joins the one that runs";
  advance(20s);
  EXPECT_TRUE(engine.connection().online) << "the platform was asked beside the run";
  http.release();
  pump();
  EXPECT_EQ(engine.last()->state, "done");
}

TEST_F(LineTest, AsksFirstWhetherTheQuietTimeIsOver) {
  start();
  http.hold = true;
  http.hold_path = "/rest/v2/user/match";
  auto quick = engine.run_now(false, false);
  quick.start();
  pump();
  engine.failed({Cause::rate_limited, 429, "as a reader was told", 10s});
  advance(12s);
  auto full = engine.run_now(true, true);
  full.start();
  http.release();
  pump();
  ASSERT_TRUE(full.done());
  EXPECT_EQ(full.take()->state, "done");
  EXPECT_EQ(platform.asked["GET /rest/v2/user/current"], 1);
  EXPECT_TRUE(engine.connection().online);
}

TEST_F(LineTest, GivesUpAProbeThatIsSwallowedAndIsBackWithinTwentySeconds) {
  start();
  platform.fault = Cause::connect;
  advance(31s);
  ASSERT_FALSE(engine.connection().online);
  platform.fault.reset();
  http.hold = true;
  advance(2min);
  EXPECT_EQ(engine.connection().cause, Cause::timeout);
  http.hold = false;  // what is under way stays swallowed
  advance(20s);
  EXPECT_TRUE(engine.connection().online);
}

TEST_F(LineTest, NoticesThatTheLineDiedUnderARunAndGoesOnLater) {
  start();
  http.hold = true;
  auto run = engine.run_now(true, true);
  run.start();
  pump();
  EXPECT_TRUE(engine.running());
  advance(2min);
  ASSERT_TRUE(run.done()) << "it did not wait for its requests to time out";
  EXPECT_EQ(run.take()->state, "cut_off");
  EXPECT_FALSE(engine.connection().online);
  http.hold = false;
  advance(25s);
  EXPECT_TRUE(engine.connection().online);
  EXPECT_TRUE(engine.last()->full);
  EXPECT_EQ(engine.last()->state, "done");
}

TEST_F(LineTest, LeavesARunAloneThatIsOnlySlow) {
  start();
  http.hold = true;
  http.hold_path = "/match";
  auto run = engine.run_now(true, true);
  run.start();
  pump();
  advance(10min);
  EXPECT_FALSE(run.done());
  EXPECT_TRUE(engine.connection().online);
  http.release();
  pump();
  ASSERT_TRUE(run.done());
  EXPECT_EQ(run.take()->state, "done");
}

TEST_F(LineTest, TriesACorrectedPasswordWithinSeconds) {
  std::string password = "wrong";
  session.replace({"me", "", [&password] { return Result<Secret>(Secret(password)); }});
  engine.watch_login([this] { return session.password_changed(); });
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    const bool login = seen.target.find("/login") != std::string::npos;
    if (login && seen.body.find("right") == std::string::npos) return fakes::reply_of(401, "");
    return answer(seen);
  };
  start();
  EXPECT_EQ(engine.connection().cause, Cause::auth);
  advance(2h);
  EXPECT_LT(http.seen.size(), 10u);
  password = "other";
  advance(6s);
  EXPECT_EQ(engine.connection().cause, Cause::auth);
  password = "right";
  advance(6s);
  EXPECT_TRUE(engine.connection().online);
  EXPECT_EQ(engine.last()->state, "done");
}

TEST_F(LineTest, AsksAtOnceWhenTheNetworkIsBack) {
  platform.fault = Cause::no_route;
  start();
  advance(2h);
  platform.fault.reset();
  engine.network_changed();
  advance(1500ms);
  EXPECT_TRUE(engine.connection().online);
}

// Such a network answers every question, with a page of its own.
TEST_F(LineTest, ANetworkThatAnswersInThePlatformsPlaceIsNoLine) {
  start();
  auto answer = http.answer;
  http.answer = [](const auto&) { return fakes::reply_of(200, "<html>Please sign in</html>"); };
  advance(31s);
  EXPECT_FALSE(engine.connection().online);
  EXPECT_EQ(engine.connection().cause, Cause::captive_portal);
  http.answer = answer;
  advance(21s);
  EXPECT_TRUE(engine.connection().online);
}

}  // namespace
}  // namespace icure::sync
