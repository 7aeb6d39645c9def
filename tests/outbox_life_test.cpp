// sync/outbox/outbox.h: what people, restarts, crashes and long times do to items.
#include <gmock/gmock.h>

#include "tests/support/outbox_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::ItemState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Next = Outcome::Next;

TEST_F(OutboxLoopTest, AHeldItemWaitsUntilItIsReleasedAlsoOverARestart) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  EXPECT_EQ(act(Action::hold, "i1")->state, ItemState::held);
  restart();
  engine.succeeded();
  pump();
  EXPECT_EQ(state("i1"), ItemState::held);
  EXPECT_EQ(act(Action::hold, "i1").error().code, Code::conflict);
  ASSERT_TRUE(act(Action::release, "i1"));
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, ADiscardedItemIsNeverSentAndItsDependantsAreBlocked) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  add("i2", "u2", {"u1"});
  ASSERT_TRUE(act(Action::discard, "i1", "entered twice"));
  EXPECT_EQ(state("i1"), ItemState::cancelled);
  EXPECT_EQ(ledger->item("i1")->content, "");
  EXPECT_EQ(ledger->steps("i1")->back().note, "entered twice");
  EXPECT_EQ(state("i2"), ItemState::blocked);
  engine.succeeded();
  pump();
  EXPECT_THAT(operation.tried, IsEmpty());
}

TEST_F(OutboxLoopTest, AFailedItemStaysUntilItIsDiscarded) {
  start();
  operation.outcomes["u1"] = outcome(Next::failed, "gone", "");
  add("i1", "u1");
  EXPECT_EQ(act(Action::retry, "i1").error().code, Code::conflict);
  ASSERT_TRUE(act(Action::discard, "i1", "known"));
  EXPECT_EQ(state("i1"), ItemState::cancelled);
}

TEST_F(OutboxLoopTest, WhatIsBeingSentIsLeftAlone) {
  start();
  operation.held = {"u1"};
  add("i1", "u1");
  for (const auto action : {Action::hold, Action::release, Action::retry, Action::discard}) {
    EXPECT_EQ(act(action, "i1").error().code, Code::conflict);
  }
  EXPECT_EQ(act(Action::hold, "nobody").error().code, Code::not_found);
}

TEST_F(OutboxLoopTest, TwoAdministratorsDoOneThing) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  auto one = outbox->act(Action::discard, "i1", "mine");
  auto other = outbox->act(Action::hold, "i1", "");
  one.start();
  other.start();
  pump();
  EXPECT_TRUE(one.take());
  EXPECT_EQ(other.take().error().code, Code::conflict);
  EXPECT_EQ(state("i1"), ItemState::cancelled);
}

TEST_F(OutboxLoopTest, AStopLeavesWhatIsUnderWayToTheNextStart) {
  start();
  operation.held = {"u1"};
  add("i1", "u1");
  restart();
  EXPECT_EQ(operation.tried.size(), 2u);
  operation.release("u1");
  pump();
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, GoesOnAfterACrashInTheOrderOfAcceptance) {
  start();
  operation.held = {"u1"};
  operation.step = "put";
  add("i1", "u1");
  add("i2", "u1");
  add("i3", "u2", {"u1"});
  EXPECT_EQ(state("i1"), ItemState::sending);
  kill();
  start();
  EXPECT_THAT(operation.tried, ElementsAre("u1", "u1", "u2"));
  for (const auto* each : {"i1", "i2", "i3"}) EXPECT_EQ(state(each), ItemState::done);
}

TEST_F(OutboxLoopTest, ACrashBetweenAFailureAndItsDependantsLetsNoneGo) {
  start();
  operation.outcomes["u1"] = outcome(Next::failed, "gone", "");
  operation.held = {"u1"};
  add("i1", "u1");
  add("i2", "u2", {"u1"});
  operation.release("u1");
  // Job by job: after each the files are as a crash would leave them.
  for (int jobs = 0; state("i1") != ItemState::failed; ++jobs) {
    ASSERT_LT(jobs, 10);
    EXPECT_THAT(operation.tried, testing::Not(testing::Contains("u2")));
    while (ledger_thread.deliver()) {
    }
    ledger_thread.work();
    if (state("i1") == ItemState::failed) {
      EXPECT_EQ(state("i2"), ItemState::blocked) << "it was blocked first";
    }
  }
}

TEST_F(OutboxLoopTest, OnAnotherMachineEverythingIsHeld) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  operation.outcomes["u2"] = outcome(Next::failed, "gone", "");
  restart("m1");
  EXPECT_EQ(state("i1"), ItemState::queued);
  restart("m2");
  EXPECT_EQ(state("i1"), ItemState::held);
  EXPECT_THAT(ledger->item("i1")->last_error, HasSubstr("restored"));
  engine.succeeded();
  pump();
  EXPECT_THAT(operation.tried, IsEmpty());
  restart("m2");
  ASSERT_TRUE(act(Action::release, "i1"));
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, AnUnknownOpWaitsForAPerson) {
  start();
  auto strange = item("i1", "u1");
  strange.op = "user.praise";
  ASSERT_TRUE(enqueue(strange));
  EXPECT_EQ(state("i1"), ItemState::blocked);
}

TEST_F(OutboxLoopTest, ForgetsWhatEndedAMonthAgo) {
  platform_time.heard(clock.wall());
  start();
  add("i1", "u1");
  pass(29 * 24h);
  EXPECT_TRUE(ledger->item("i1"));
  pass(2 * 24h);
  EXPECT_EQ(ledger->item("i1").error().code, Code::not_found);
}

TEST_F(OutboxLoopTest, AClockThatWasSetAheadMakesNothingOld) {
  platform_time.heard(clock.wall());
  start();
  add("i1", "u1");
  clock.set_wall(400 * 24h);
  pass(24h);
  EXPECT_TRUE(ledger->item("i1"));
}

TEST_F(OutboxLoopTest, NothingIsForgottenUntilThePlatformTellsTheTime) {
  start();
  add("i1", "u1");
  pass(40 * 24h);
  EXPECT_TRUE(ledger->item("i1"));
  platform_time.heard(clock.wall());
  pass(24h);
  EXPECT_EQ(ledger->item("i1").error().code, Code::not_found);
}

}  // namespace
}  // namespace icure::sync
