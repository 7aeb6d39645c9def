// sync/outbox/outbox.h: when items are tried, and what becomes of them by themselves.
#include "sync/outbox/outbox.h"

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

TEST_F(OutboxLoopTest, CarriesOutWhatItTookInAndTells) {
  start();
  const auto accepted = enqueue(item("i1", "u1"));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->item.created, clock.wall());
  EXPECT_EQ(state("i1"), ItemState::done);
  EXPECT_EQ(ledger->item("i1")->attempts, 1u);
  EXPECT_THAT(told, ElementsAre("i1 queued", "i1 sending", "i1 done"));
  EXPECT_EQ(outbox->summary().counts[static_cast<std::size_t>(ItemState::done)], 1u);
  EXPECT_EQ(outbox->summary().oldest, std::nullopt);
}

TEST_F(OutboxLoopTest, TakesTheSameRequestOnce) {
  start();
  operation.held = {"u1"};
  add("i1", "u1");
  EXPECT_TRUE(enqueue(item("i1", "u1"))->again);
  EXPECT_THAT(operation.tried, ElementsAre("u1"));
}

TEST_F(OutboxLoopTest, WhatComesBeforeItIsReadWaitsForThat) {
  auto early = outbox->enqueue(item("i1", "u1"), {1000, "k", "p"});
  early.start();
  pump();
  EXPECT_FALSE(early.done());
  start();
  ASSERT_TRUE(early.done());
  EXPECT_TRUE(early.take());
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, StepsAreOnTheDiskBeforeTheNextOneBegins) {
  start();
  operation.step = "put";
  add("i1", "u1");
  const auto steps = *ledger->steps("i1");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].step, "put");
  EXPECT_EQ(steps[0].note, "half way");
  EXPECT_EQ(steps[1].step, "done");
}

TEST_F(OutboxLoopTest, TriesAgainLessAndLessOftenWithTheWordsOfTheLastTime) {
  start();
  operation.outcomes["u1"] = outcome(Next::retry, "the platform has a fault", "nothing to do");
  add("i1", "u1");
  EXPECT_EQ(state("i1"), ItemState::retrying);
  EXPECT_EQ(ledger->item("i1")->last_error, "the platform has a fault");
  EXPECT_EQ(ledger->item("i1")->next_try, clock.wall() + 3s) << "2 s and the middle of 2 s";
  advance(2900ms);
  EXPECT_EQ(operation.tried.size(), 1u);
  advance(250ms);
  EXPECT_EQ(operation.tried.size(), 2u);
  advance(10min);
  const auto often = operation.tried.size();
  advance(62s);
  EXPECT_LE(operation.tried.size(), often + 2) << "at most every retry_max";
  operation.outcomes.clear();
  advance(1min);
  EXPECT_EQ(state("i1"), ItemState::done);
  EXPECT_EQ(ledger->item("i1")->last_error, "");
}

TEST_F(OutboxLoopTest, ObeysWhenItIsAskedToWait) {
  start();
  auto asked = outcome(Next::retry);
  asked.retry_after = 90s;
  operation.outcomes["u1"] = asked;
  add("i1", "u1");
  EXPECT_EQ(ledger->item("i1")->next_try, clock.wall() + 90s);
  asked.retry_after = 24h * 365;
  operation.outcomes["u1"] = asked;
  advance(91s);
  EXPECT_EQ(operation.tried.size(), 2u);
  EXPECT_LE(*ledger->item("i1")->next_try, clock.wall() + 24h) << "but not anything";
}

TEST_F(OutboxLoopTest, WhileTheLineIsAwayNothingIsTriedAndNothingCounted) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  pass(2h);
  EXPECT_THAT(operation.tried, IsEmpty());
  EXPECT_EQ(state("i1"), ItemState::queued);
  EXPECT_EQ(outbox->summary().oldest, ledger->item("i1")->created);
  engine.succeeded();
  advance(1ms);
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, AnAttemptThatFindsTheLineAwayTellsAndWaits) {
  start();
  operation.outcomes["u1"] = line_fault(Cause::connect);
  add("i1", "u1");
  EXPECT_FALSE(engine.connection().online);
  EXPECT_EQ(state("i1"), ItemState::queued);
  EXPECT_EQ(ledger->item("i1")->attempts, 0u);
  pass(1h);
  EXPECT_EQ(operation.tried.size(), 1u);
  for (int flaps = 0; flaps < 5; ++flaps) {
    engine.succeeded();
    advance(3s);
  }
  EXPECT_EQ(operation.tried.size(), 6u);
  EXPECT_EQ(ledger->item("i1")->attempts, 0u);
  operation.outcomes.clear();
  engine.succeeded();
  advance(3s);
  EXPECT_EQ(state("i1"), ItemState::done) << "within three seconds";
}

TEST_F(OutboxLoopTest, AnItemThatAloneNeverGetsAnAnswerIsTriedLessOften) {
  start();
  operation.outcomes["u1"] = line_fault(Cause::timeout);
  add("i1", "u1");
  engine.succeeded();
  advance(1s);
  EXPECT_EQ(state("i1"), ItemState::retrying);
  EXPECT_EQ(ledger->item("i1")->attempts, 1u);
  EXPECT_FALSE(ledger->item("i1")->last_error.empty());
}

TEST_F(OutboxLoopTest, WaitsUntilTheTimeThatWasSet) {
  start();
  auto later = outcome(Next::wait);
  later.until = clock.wall() + 14 * 24h;
  operation.outcomes["u1"] = later;
  add("i1", "u1");
  EXPECT_EQ(state("i1"), ItemState::queued);
  EXPECT_EQ(ledger->item("i1")->attempts, 0u);
  operation.outcomes.clear();
  pass(14 * 24h - 1min);
  EXPECT_EQ(operation.tried.size(), 1u);
  advance(2min);
  EXPECT_EQ(state("i1"), ItemState::done) << "and it was not given up meanwhile";
}

TEST_F(OutboxLoopTest, ARefusalHoldsUpNobodyElse) {
  start();
  operation.outcomes["u1"] = outcome(Next::blocked, "no right", "ask");
  add("i1", "u1");
  add("i2", "u1");
  add("i3", "u2");
  EXPECT_EQ(state("i1"), ItemState::blocked);
  EXPECT_EQ(ledger->item("i1")->hint, "ask");
  EXPECT_EQ(state("i2"), ItemState::queued);
  EXPECT_EQ(state("i3"), ItemState::done);
  operation.outcomes.clear();
  ASSERT_TRUE(act(Action::retry, "i1"));
  EXPECT_EQ(state("i1"), ItemState::done);
  EXPECT_EQ(state("i2"), ItemState::done);
}

TEST_F(OutboxLoopTest, WhatNeedsAnItemThatFailedIsBlockedNamingIt) {
  start();
  operation.held = {"u1"};
  operation.outcomes["u1"] = outcome(Next::failed, "gone", "create it");
  add("i1", "u1");
  add("i2", "u1", {"u1"});
  add("i3", "u1");
  add("i4", "u2", {"u1"});
  operation.release("u1");
  pump();
  EXPECT_EQ(state("i1"), ItemState::failed);
  EXPECT_EQ(state("i2"), ItemState::blocked);
  EXPECT_THAT(ledger->item("i2")->last_error, HasSubstr("i1"));
  EXPECT_EQ(state("i4"), ItemState::blocked);
  EXPECT_EQ(state("i3"), ItemState::queued) << "i2 stands before it";
  operation.outcomes.clear();
  ASSERT_TRUE(act(Action::retry, "i4"));
  EXPECT_EQ(state("i4"), ItemState::queued) << "so does it";
  ASSERT_TRUE(act(Action::retry, "i2"));
  for (const auto* each : {"i2", "i3", "i4"}) EXPECT_EQ(state(each), ItemState::done);
}

TEST_F(OutboxLoopTest, OneThatNeverWorksAmongManyHoldsUpNobody) {
  start();
  operation.outcomes["dead"] = outcome(Next::retry, "no", "wait");
  engine.failed({Cause::no_route, 0, "down"});
  add("dead", "dead");
  for (int each = 0; each < 199; ++each) {
    add("i" + std::to_string(each), "u" + std::to_string(each));
  }
  engine.succeeded();
  advance(1ms);
  EXPECT_EQ(outbox->summary().counts[static_cast<std::size_t>(ItemState::done)], 199u);
  EXPECT_EQ(state("dead"), ItemState::retrying);
}

TEST_F(OutboxLoopTest, NoMoreRunAtOnceThanMay) {
  start();
  for (const auto* each : {"a", "b", "c", "d", "e", "f"}) {
    operation.held.insert(each);
    add(each, each);
  }
  EXPECT_EQ(operation.tried.size(), 4u);
  operation.release("b");
  pump();
  EXPECT_EQ(operation.tried.size(), 5u);
}

TEST_F(OutboxLoopTest, GivesUpInWordsWhatFailsForTooLong) {
  OutboxOptions options;
  options.retry_max = 1h;
  outbox->configure(options);
  start();
  platform_time.heard(clock.wall());
  operation.outcomes["u1"] = outcome(Next::retry, "the gateway has a fault", "");
  add("i1", "u1");
  pass(7 * 24h - 1h);
  EXPECT_EQ(state("i1"), ItemState::retrying);
  pass(2h);
  EXPECT_EQ(state("i1"), ItemState::failed);
  EXPECT_THAT(ledger->item("i1")->last_error, HasSubstr("the gateway has a fault"));
  EXPECT_FALSE(ledger->item("i1")->hint.empty());
}

TEST_F(OutboxLoopTest, GivesUpAlsoWhileTheLineIsAway) {
  start();
  platform_time.heard(clock.wall());
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  add("i2", "u2", {"u1"});
  pass(7 * 24h + 2h);
  EXPECT_EQ(state("i1"), ItemState::failed);
  EXPECT_EQ(state("i2"), ItemState::blocked);
  EXPECT_THAT(operation.tried, IsEmpty());
}

// It may have been set years ahead, or never have been right since the start.
TEST_F(OutboxLoopTest, GivesNothingUpByAClockThatNobodyConfirmed) {
  start();
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  pass(20 * 24h);
  EXPECT_EQ(state("i1"), ItemState::queued);
  platform_time.heard(clock.wall());
  pass(2h);
  EXPECT_EQ(state("i1"), ItemState::failed);
}

TEST_F(OutboxLoopTest, APersonsWordStartsTheTimeAnew) {
  start();
  operation.outcomes["u1"] = outcome(Next::blocked, "no right", "ask");
  add("i1", "u1");
  pass(20 * 24h);
  EXPECT_EQ(state("i1"), ItemState::blocked) << "whoever is asked may take their time";
  operation.outcomes.clear();
  ASSERT_TRUE(act(Action::retry, "i1"));
  EXPECT_EQ(state("i1"), ItemState::done);
}

TEST_F(OutboxLoopTest, WhatWaitsForAPersonsWordOnAnotherIsNotGivenUpForThat) {
  start();
  operation.outcomes["u1"] = outcome(Next::blocked, "no right", "ask");
  add("i1", "u1");
  add("i2", "u1");
  add("i3", "u2", {"u1"});
  pass(20 * 24h);
  EXPECT_EQ(state("i2"), ItemState::queued);
  operation.outcomes = {{"u2", outcome(Next::retry, "a fault", "")}};
  ASSERT_TRUE(act(Action::retry, "i1"));
  EXPECT_EQ(state("i2"), ItemState::done);
  EXPECT_EQ(state("i3"), ItemState::retrying) << "its own time begins now";
}

}  // namespace
}  // namespace icure::sync
