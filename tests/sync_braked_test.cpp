// The brake over a real store: what a sweep holds back, and what becomes of it.
#include <gmock/gmock.h>

#include "sync/approve.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BrakedTest : public support::SyncTest {
 protected:
  BrakedTest() {
    for (int i = 0; i < 40; ++i) platform.put(user(i), "first");
    for (int i = 0; i < 8; ++i) platform.put(Kind::hcp, "h" + std::to_string(i), "first");
    EXPECT_THAT(sweep(), IsEmpty());
  }
  static std::string user(int i) { return "u" + std::to_string(100 + i); }
  void lose(int from, int to) {
    for (int i = from; i < to; ++i) platform.remove(user(i));
  }
  void disable(int from, int to) {
    for (int i = from; i < to; ++i) platform.put(user(i), "second", "DISABLED");
  }
  Faults sweep(Depth depth = Depth::full) {
    counts.clear();
    std::vector<Kind> kinds = {Kind::user, Kind::hcp};
    return finish(sweeper.sweep(kinds, depth, counts, stop.get_token()));
  }
  Result<store::Batch> decide(Decision decision, const std::string& id = "") {
    const auto batch = id.empty() ? only_batch().id : id;
    return finish(approver.decide(batch, decision, stop.get_token()));
  }
  store::Batch only_batch() {
    EXPECT_THAT(brake.open(), SizeIs(1));
    return brake.open().empty() ? store::Batch{} : brake.open().front();
  }
  std::string json_of(const std::string& id) {
    return (*stores->open_reader(1 << 20))->get(Kind::user, id)->json;
  }

  Approver approver{brake, sweeper, engine};
  Counts counts;
};

TEST_F(BrakedTest, HoldsAMassDeletionAndAppliesTheRest) {
  lose(0, 25);
  platform.put("new", "first");
  platform.put(user(39), "second");
  platform.remove(Kind::hcp, "h0");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(counts[Kind::user].held, 25u);
  EXPECT_EQ(counts[Kind::user].deleted, 0u);
  EXPECT_EQ(counts[Kind::user].added, 1u);
  EXPECT_EQ(counts[Kind::user].changed, 1u);
  EXPECT_EQ(counts[Kind::hcp].deleted, 1u) << "a few of another kind are nothing unusual";
  EXPECT_THAT(mirrored(), SizeIs(41));
  EXPECT_EQ(only_batch().deletes, 25u);
  EXPECT_EQ(only_batch().kind, Kind::user);
}

TEST_F(BrakedTest, AQuickTickObeysItToo) {
  lose(0, 25);
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_EQ(counts[Kind::user].held, 25u);
  EXPECT_THAT(mirrored(), SizeIs(40));
  EXPECT_EQ(only_batch().deletes, 25u);
}

TEST_F(BrakedTest, ApplyFollowsThePlatformRowByRow) {
  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  const auto id = only_batch().id;
  platform.put(user(3), "back again");
  auto batch = decide(Decision::apply);
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_EQ(batch->state, store::BatchState::applied);
  EXPECT_EQ(batch->deletes, 25u);
  EXPECT_THAT(mirrored(), SizeIs(16));
  EXPECT_NE(json_of(user(3)).find("back again"), std::string::npos);
  EXPECT_THAT(brake.open(), IsEmpty());
  EXPECT_EQ(decide(Decision::apply, id).error().code, Code::conflict);
  EXPECT_EQ(decide(Decision::apply, "nobody").error().code, Code::not_found);
}

TEST_F(BrakedTest, ApplyWithoutTheLineLeavesTheBatchOpen) {
  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  platform.fault = Cause::connect;
  EXPECT_EQ(decide(Decision::apply).error().code, Code::offline);
  EXPECT_THAT(mirrored(), SizeIs(40));
  platform.fault.reset();
  EXPECT_TRUE(decide(Decision::apply));
  EXPECT_THAT(mirrored(), SizeIs(15));
}

TEST_F(BrakedTest, RowsThatComeBackLeaveTheBatchAndTheLastWithdrawsIt) {
  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  for (int i = 0; i < 24; ++i) platform.put(user(i), "back");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(only_batch().deletes, 1u);
  const auto id = only_batch().id;
  platform.put(user(24), "back");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_THAT(brake.open(), IsEmpty());
  EXPECT_EQ(stores->ledger().batch(id)->state, store::BatchState::withdrawn);
  EXPECT_EQ(counts[Kind::user].held, 0u);
}

TEST_F(BrakedTest, WhatIsDiscardedStaysAndIsHeldNoMore) {
  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(decide(Decision::discard)->state, store::BatchState::discarded);
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(counts[Kind::user].held, 0u);
  EXPECT_THAT(brake.open(), IsEmpty());
  EXPECT_THAT(mirrored(), SizeIs(40));
  lose(25, 26);
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(counts[Kind::user].deleted, 1u) << "one more is nothing unusual";
  EXPECT_THAT(mirrored(), SizeIs(39));
}

TEST_F(BrakedTest, ABatchSurvivesARestartAndIsReevaluated) {
  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  auto standing = stores->ledger().standing_batches();
  ASSERT_TRUE(standing);
  Brake restarted(stores->ledger(), ledger_thread, clock, random, *standing);
  ASSERT_THAT(restarted.open(), SizeIs(1));
  EXPECT_EQ(restarted.open()[0].id, only_batch().id);
  EXPECT_EQ(restarted.open()[0].since, only_batch().since);
  EXPECT_TRUE(restarted.cut_off(user(0)));
  EXPECT_THAT(restarted.judge(Kind::user, {40, false, {user(0)}, {}}).held_before.absent,
              ElementsAre(user(0)));
}

TEST_F(BrakedTest, MassDisablingIsNotShownButCutsOffAtOnce) {
  disable(0, 25);
  platform.before_answer = [&](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.ends_with("/user/match")) {
      EXPECT_TRUE(brake.cut_off(user(0))) << "before the walk is judged";
    }
  };
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(only_batch().disables, 25u);
  EXPECT_NE(json_of(user(0)).find("ACTIVE"), std::string::npos) << "its last good document";
  EXPECT_TRUE(brake.cut_off(user(0)));
  EXPECT_FALSE(brake.cut_off(user(30)));
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_EQ(only_batch().disables, 25u) << "a tick cannot see them, and does not drop them";
  platform.put(user(0), "third", "ACTIVE");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(only_batch().disables, 24u);
  EXPECT_FALSE(brake.cut_off(user(0)));
  ASSERT_TRUE(decide(Decision::apply));
  EXPECT_NE(json_of(user(1)).find("DISABLED"), std::string::npos);
  EXPECT_FALSE(brake.cut_off(user(1))) << "the row itself says it now";
}

TEST_F(BrakedTest, ADecisionInTheMiddleOfASweepIsNotUndoneByIt) {
  disable(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  bool decided = false;
  const auto decide_at = [&](const char* path) {
    decided = false;
    platform.before_answer = [this, &decided, path](const fakes::FakeHttp::Seen& seen) {
      if (decided || !seen.target.ends_with(path)) return;
      decided = true;
      EXPECT_TRUE(decide(Decision::apply));
    };
  };
  decide_at("/user/match");  // what the walk has put aside is stored by now
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_TRUE(decided);
  EXPECT_THAT(brake.open(), IsEmpty());

  lose(0, 25);
  ASSERT_THAT(sweep(), IsEmpty());
  lose(25, 35);
  decide_at("/user/byIds");  // between the judgement and what comes of it
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_TRUE(decided);
  EXPECT_THAT(brake.open(), IsEmpty());
  platform.before_answer = nullptr;
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_THAT(mirrored(), SizeIs(15));
  EXPECT_EQ(only_batch().deletes, 10u) << "another sweep, another judgement";
}

TEST_F(BrakedTest, AFewDisablingsAreAppliedInTheSameSweep) {
  disable(0, 3);
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_THAT(brake.open(), IsEmpty());
  EXPECT_NE(json_of(user(0)).find("DISABLED"), std::string::npos);
  EXPECT_EQ(counts[Kind::user].changed, 3u);
}

TEST_F(BrakedTest, DisablingsOfAWalkThatWasCutOffAreNotForgotten) {
  disable(0, 3);
  platform.before_answer = [this](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.find("startDocumentId=" + user(30)) != std::string::npos) stop.request_stop();
  };
  EXPECT_THAT(sweep(), SizeIs(2));
  platform.before_answer = nullptr;
  stop = std::stop_source();
  platform.asked.clear();
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_LT(platform.asked["GET /rest/v2/user"], 14) << "it went on where it was cut off";
  EXPECT_NE(json_of(user(0)).find("DISABLED"), std::string::npos);
}

TEST_F(BrakedTest, AnEmptyListIsHeldAsHiddenAndCutsNobodyOff) {
  for (int i = 0; i < 40; ++i) platform.unlisted.insert(user(i));
  const auto as_of = state().as_of;
  clock.advance(std::chrono::minutes(1));
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(only_batch().hides, 40u);
  EXPECT_FALSE(brake.cut_off(user(0)));
  EXPECT_EQ(state().as_of, as_of) << "nothing was checked to the end";
  platform.unlisted.clear();
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_THAT(brake.open(), IsEmpty());
  EXPECT_GT(state().as_of, as_of);
}

}  // namespace
}  // namespace icure::sync
