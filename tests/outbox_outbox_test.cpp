// The outbox over a real ledger: when items are tried, what becomes of them, and what a crash
// leaves.
#include "sync/outbox/outbox.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::ItemState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Next = Outcome::Next;

/// Does with each item what the test says, at once or when it lets go.
class ScriptedOperation final : public Operation {
 public:
  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override {
    tried.push_back(item.entity);
    std::stop_callback end(stop, [this] { released.fire(); });
    while (held.contains(item.entity) && !stop.stop_requested()) co_await released.wait();
    Outcome outcome;
    if (stop.stop_requested() && held.contains(item.entity)) {
      outcome.next = Next::stopping;
      co_return outcome;
    }
    if (!step.empty()) {
      auto saved = co_await progress.save(item, step, "half way");
      EXPECT_TRUE(saved);
    }
    if (const auto at = outcomes.find(item.entity); at != outcomes.end()) co_return at->second;
    co_return outcome;
  }
  void release(const std::string& entity) {
    held.erase(entity);
    released.fire();
  }

  std::vector<std::string> tried;  ///< Entities.
  std::map<std::string, Outcome> outcomes;
  std::set<std::string> held;
  std::string step;
  Event released;
};

Outcome outcome(Next next, std::string text = "", std::string hint = "") {
  Outcome made;
  made.next = next;
  made.text = std::move(text);
  made.hint = std::move(hint);
  return made;
}
Outcome line_fault(Cause cause) {
  auto made = outcome(Next::line);
  made.fault = Fault{cause, 0, "as the test wants"};
  return made;
}

class OutboxLoopTest : public support::SyncTest {
 public:
  OutboxLoopTest() { begin(stores->outbox()); }
  ~OutboxLoopTest() override { end(); }

  void begin(store::Outbox& with, const std::string& machine = "m1") {
    ledger = &with;
    outbox.emplace(with, ledger_thread, engine, clock, chance, machine);
    OutboxOptions options;
    options.retry_min = 2s;
    options.retry_max = 1min;
    outbox->configure(options);
    outbox->carry_out("user.modify", operation);
    outbox->watch([this](const store::Item& item) {
      told.push_back(item.id + " " + std::string(name_of(item.state)));
    });
    engine.watch([this] { outbox->wake(); });
    stop = std::stop_source();
  }

 protected:
  void start() {
    scope.run(outbox->loop(stop.get_token()));
    pump();
  }
  void end() {
    stop.request_stop();
    pump();
    EXPECT_EQ(scope.running(), 0u);
  }
  void restart(const std::string& machine = "m1") {
    end();
    outbox.reset();
    begin(*ledger, machine);
    start();
  }
  /// Goes on with the files as a SIGKILL at this moment would leave them.
  void kill() {
    const auto copy = dir.path() / ("copy" + std::to_string(++copies));
    std::filesystem::copy(dir.path() / "store", copy, std::filesystem::copy_options::recursive);
    end();
    outbox.reset();
    operation.held.clear();
    told.clear();
    operation.tried.clear();
    copied = support::stores_in(copy, random, clock);
    ASSERT_TRUE(copied);
    begin(copied->outbox());
  }

  /// As advance(), in steps that are fit for days.
  void pass(Millis by) {
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(std::min(Millis(1min), end - clock.uptime()));
      pump();
    }
  }
  static store::Item item(const std::string& id, const std::string& entity,
                          std::vector<std::string> refers = {}) {
    store::Item made;
    made.id = id;
    made.op = "user.modify";
    made.entity = entity;
    made.refers = std::move(refers);
    made.content = "{}";
    return made;
  }
  Result<store::Accepted> enqueue(store::Item item) {
    const auto key = item.id;
    return finish(outbox->enqueue(std::move(item), {1000, key, "p"}));
  }
  void add(const std::string& id, const std::string& entity, std::vector<std::string> refers = {}) {
    ASSERT_TRUE(enqueue(item(id, entity, std::move(refers))));
  }
  Result<store::Item> act(Action action, const std::string& id, const std::string& reason = "") {
    return finish(outbox->act(action, id, reason));
  }
  ItemState state(const std::string& id) { return ledger->item(id)->state; }

  fakes::MiddleRandom chance;
  ScriptedOperation operation;
  store::Outbox* ledger = nullptr;
  std::unique_ptr<store::Stores> copied;
  std::optional<Outbox> outbox;
  std::vector<std::string> told;
  int copies = 0;
};

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
  engine.failed({Cause::no_route, 0, "down"});
  add("i1", "u1");
  add("i2", "u2", {"u1"});
  pass(7 * 24h + 2h);
  EXPECT_EQ(state("i1"), ItemState::failed);
  EXPECT_EQ(state("i2"), ItemState::blocked);
  EXPECT_THAT(operation.tried, IsEmpty());
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
  start();
  add("i1", "u1");
  pass(29 * 24h);
  EXPECT_TRUE(ledger->item("i1"));
  pass(2 * 24h);
  EXPECT_EQ(ledger->item("i1").error().code, Code::not_found);
}

}  // namespace
}  // namespace icure::sync
