// sync/engine.h: when it runs, what it says meanwhile, and that it never storms.
#include <gmock/gmock.h>

#include "sync/refresh.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

class EngineTest : public support::SyncTest {
 public:
  EngineTest() { platform.put("a", "first"); }
  ~EngineTest() override {
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

Task<Done> ask(Refresher& refresher, std::stop_token stop) {
  std::vector<std::string> ids(1, "a");
  co_await refresher.by_ids(Kind::user, std::move(ids), stop);
  co_return Done{};
}

// The stop's state died with the task, while it was told; for AddressSanitizer to see.
TEST_F(EngineTest, AStopEndsARefreshThatIsUnderWay) {
  Refresher refresher(rest, sweeper, engine, stores->mirror(), mirror_thread, parser, clock);
  start();
  http.hold = true;
  scope.run(ask(refresher, scope.token()));
  scope.drain([] {});
  pump();
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(EngineTest, SyncsAtStartThenOnSchedule) {
  start();
  EXPECT_TRUE(engine.connection().online);
  EXPECT_EQ(engine.last()->trigger, "start");
  EXPECT_EQ(sweeps(), 1);
  advance(6min);
  EXPECT_EQ(engine.last()->trigger, "schedule");
  EXPECT_FALSE(engine.last()->full);
  EXPECT_EQ(sweeps(), 1);
  advance(1h);
  EXPECT_EQ(sweeps(), 2);
  auto history = stores->ledger().runs(100);
  ASSERT_TRUE(history);
  EXPECT_GT(history->size(), 10u);
  EXPECT_EQ(history->back().state, "done");
}

TEST_F(EngineTest, APlatformThatFailsEverySweepIsAskedLessAndLessOften) {
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (seen.target.find("/match") == std::string::npos) return answer(seen);
    return fakes::reply_of(500, "");
  };
  start();
  advance(1h);
  // 1 s doubling to 5 min with full jitter: about eight tries to get there, then 24 an hour.
  EXPECT_LT(sweeps(), 60);
  EXPECT_GT(sweeps(), 8);
}

TEST_F(EngineTest, ARequestRunsAtOnceAndAnswersWhenItIsFinished) {
  start();
  platform.put("b", "new");
  auto run = finish(engine.run_now(true, true));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->trigger, "request");
  EXPECT_EQ(run->state, "done");
  EXPECT_EQ(run->kinds.at(Kind::user).added, 1u);
}

TEST_F(EngineTest, ARequestTriesAlsoDuringABackoffAndTellsThatItFailed) {
  platform.fault = Cause::timeout;
  start();
  auto run = finish(engine.run_now(false, true));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->state, "failed");
  EXPECT_EQ(run->cause, "timeout");
}

TEST_F(EngineTest, JoinsARunningRunOnlyIfItDoesWhatWasAsked) {
  start();
  http.hold = true;
  auto quick = engine.run_now(false, false);
  quick.start();
  pump();
  ASSERT_TRUE(quick.done());
  const auto first = quick.take();
  EXPECT_EQ(first->state, "running");

  auto joined = engine.run_now(false, true);
  auto full = engine.run_now(true, true);
  joined.start();
  full.start();
  http.release();
  pump();
  ASSERT_TRUE(joined.done() && full.done());
  EXPECT_EQ(joined.take()->id, first->id);
  const auto second = full.take();
  EXPECT_NE(second->id, first->id);
  EXPECT_TRUE(second->full);
}

TEST_F(EngineTest, AKindThatFailsIsTriedAgainLessAndLessOften) {
  bool forbidden = true;
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (!forbidden || seen.target.find("/match") == std::string::npos) return answer(seen);
    return fakes::reply_of(403, "");
  };
  start();
  EXPECT_TRUE(engine.connection().online);
  EXPECT_EQ(engine.last()->cause, "permission");
  advance(1h);
  EXPECT_LT(sweeps(), 7) << "5, 10, 20 and 40 minutes apart, besides the full run of each hour";

  forbidden = false;
  advance(1h + 10min);
  EXPECT_EQ(engine.last()->state, "done");
  EXPECT_TRUE(state().complete);
}

TEST_F(EngineTest, SendsNothingWhilePausedAlsoAfterAStart) {
  start();
  ASSERT_TRUE(finish(engine.pause(72h)));
  EXPECT_EQ(engine.connection().cause, Cause::paused);
  const auto asked = http.seen.size();
  engine.network_changed();
  engine.settings_changed();
  engine.catch_up();
  advance(10h);
  auto refused = finish(engine.run_now(true, true));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_EQ(refused.error().hint, "icurectl sync resume");
  EXPECT_EQ(http.seen.size(), asked);

  Engine next{rest, sweeper, {stores->ledger(), ledger_thread}, clock, random};
  next.configure({{Kind::user}, 5min, 1h});
  Scope own;
  own.run(next.loop(own.token()));
  pump();
  advance(1h);
  EXPECT_EQ(next.connection().cause, Cause::paused);
  EXPECT_EQ(http.seen.size(), asked);
  ASSERT_TRUE(finish(next.resume()));
  advance(1s);
  EXPECT_TRUE(next.connection().online);
  EXPECT_TRUE(next.last()->full);
  own.drain([] {});
  pump();
  EXPECT_EQ(own.running(), 0u);
}

TEST_F(EngineTest, APauseThatNobodyEndsEndsByItself) {
  start();
  ASSERT_TRUE(finish(engine.pause(24h)));
  advance(24h - 1min);
  EXPECT_FALSE(engine.connection().online);
  advance(2min);
  EXPECT_TRUE(engine.connection().online);
}

TEST_F(EngineTest, APauseCutsOffWhatIsUnderWay) {
  start();
  http.hold = true;
  auto run = engine.run_now(true, true);
  run.start();
  auto next = engine.run_now(true, true);
  next.start();
  pump();
  ASSERT_TRUE(finish(engine.pause(1h)));
  ASSERT_TRUE(run.done() && next.done());
  EXPECT_EQ(run.take()->state, "cut_off");
  EXPECT_FALSE(engine.running());
  http.release();
  const auto asked = http.seen.size();
  advance(30min);
  EXPECT_EQ(http.seen.size(), asked);
  ASSERT_TRUE(finish(engine.resume()));
  advance(1s);
  EXPECT_EQ(engine.last()->state, "done");
}

TEST_F(EngineTest, ShowsTheLastRunsNewestFirst) {
  start();
  ASSERT_TRUE(finish(engine.run_now(false, true)));
  auto rows = finish(engine.history(10));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ(rows->front().trigger, "request");
  EXPECT_EQ(rows->back().trigger, "start");
}

TEST_F(EngineTest, ComparesEverythingWhenSomethingMayHaveBeenMissedButNotInAHurry) {
  start();
  engine.catch_up();
  advance(4min);
  EXPECT_EQ(sweeps(), 1);
  advance(2min);
  EXPECT_EQ(sweeps(), 2);
  EXPECT_EQ(engine.last()->trigger, "reconnect");
}

TEST_F(EngineTest, StopsInTheMiddleOfASweepAndRecordsThat) {
  http.hold = true;
  start();
  auto waiting = engine.run_now(true, true);
  waiting.start();
  scope.drain([] {});
  pump();
  EXPECT_EQ(scope.running(), 0u);
  ASSERT_TRUE(waiting.done());
  auto history = stores->ledger().runs(1);
  EXPECT_EQ(history->front().state, "cut_off");
}

}  // namespace
}  // namespace icure::sync
