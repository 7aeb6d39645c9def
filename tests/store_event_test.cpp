// store/event.h: every change is told once, in one order over both files, and what cannot be told
// any more is a gap.
#include <thread>

#include "store/event_numbers.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class EventTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  EventReader& events() {
    if (!events_) {
      auto opened = stores_->open_event_reader();
      EXPECT_TRUE(opened) << opened.error().message;
      events_ = std::move(*opened);
    }
    return *events_;
  }
  void reopen() {
    events_.reset();
    open();
  }
  void shut() {
    events_.reset();
    close();
  }
  EventNumber newest() { return events().newest(); }

  /// "topic change id rev" of each after `after`.
  std::vector<std::string> told(EventNumber after, std::size_t limit = 1000) {
    auto page = events().after(after, limit);
    EXPECT_TRUE(page) << page.error().message;
    std::vector<std::string> lines;
    for (const auto& event : page->events) {
      if (event.gap) {
        lines.push_back("gap");
        continue;
      }
      std::string line;
      for (std::size_t each = 0; each < kTopics; ++each) {
        if (event.topics.test(each)) line += std::string(kTopicNames[each]);
      }
      line += " " + event.change + " " + event.id;
      if (!event.rev.empty()) line += " " + event.rev;
      lines.push_back(line);
    }
    return lines;
  }

  void fill(Kind kind = Kind::user, const Page& page = Page().user("a", "1-a", "anna")) {
    ASSERT_TRUE(writer().begin_sweep(kind, {clock_.wall(), ""}, true));
    apply(page, kind);
    ASSERT_TRUE(writer().finish_sweep(kind, {}, clock_.wall()));
    writer().end_sweep(kind);
  }
  Item item(const std::string& id, Overlay::Is is = Overlay::Is::edit) {
    Item item;
    item.id = id;
    item.op = "user.modify";
    item.entity = "a";
    item.created = clock_.wall();
    item.overlay = Overlay{is, R"({"name":"x"})", R"({"id":"a","name":"x"})"};
    return item;
  }
  Item enqueued(const Item& item) {
    auto accepted = stores_->outbox().enqueue(item, {0, item.id, "p"}, 100);
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted->item;
  }

  std::unique_ptr<EventReader> events_;
};

TEST_F(EventTest, AKindThatFillsIsOneEventAndLaterChangesAreOneEach) {
  fill();
  EXPECT_THAT(told(0), ElementsAre("user filled user"));
  const auto filled = newest();
  apply(Page().user("b", "1-b", "bert").user("a", "2-a", "anna"));
  apply(Page().user("b", "1-b", "bert"));  // nothing new
  Departure gone{"a", "3-a", Gone::deleted, 100, 101};
  ASSERT_TRUE(writer().finish_sweep(Kind::user, {gone}, std::nullopt));
  ASSERT_TRUE(writer().finish_sweep(Kind::user, {gone}, clock_.wall()));  // it is gone already
  EXPECT_THAT(told(filled),
              ElementsAre("user added b 1-b", "user changed a 2-a", "user deleted a 3-a"));
}

TEST_F(EventTest, TellsOfWhichKindAnEntityIs) {
  for (const auto kind : kAllKinds) {
    fill(kind, Page().add("a", "1-a", R"({"id":"a","rev":"1-a"})"));
    const auto filled = newest();
    apply(Page().add("b", "1-b", R"({"id":"b","rev":"1-b"})"), kind);
    const auto page = events().after(filled, 9);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->events.size(), 1u);
    EXPECT_EQ(page->events[0].kind, kind);
    EXPECT_FALSE(page->events[0].gap);
  }
}

TEST_F(EventTest, RowsOfAKindThatWasNeverCompleteAreNoEvents) {
  apply(Page().add("h", "1-h", R"({"id":"h","rev":"1-h","lastName":"Bell"})"), Kind::hcp);
  EXPECT_THAT(told(0), IsEmpty());
}

TEST_F(EventTest, WhatIsQueuedChangesHowAnEntityReads) {
  fill();
  const auto before = newest();
  auto edit = enqueued(item("i1"));
  edit.state = ItemState::done;
  ASSERT_TRUE(stores_->outbox().save(edit, std::nullopt));
  EXPECT_THAT(told(before), ElementsAre("outbox queued i1", "user changed a", "outbox done i1",
                                        "user changed a"));
  const auto then = newest();
  auto removal = enqueued(item("i2", Overlay::Is::removal));
  removal.state = ItemState::cancelled;
  ASSERT_TRUE(stores_->outbox().save(removal, std::nullopt));
  ASSERT_TRUE(stores_->outbox().save(removal, std::nullopt));  // no new state
  EXPECT_THAT(told(then), ElementsAre("outbox queued i2", "user deleted a", "outbox cancelled i2",
                                      "user added a"));
}

TEST_F(EventTest, AnInvitationTellsEachStageAndItsItemToo) {
  auto invited = item("v1");
  invited.overlay.reset();
  invited.invitation.emplace();
  invited.invitation->owner = "p";
  auto accepted = enqueued(invited);
  accepted.invitation = invited.invitation;
  accepted.invitation->stage = InvitationState::user_ready;
  accepted.state = ItemState::sending;
  ASSERT_TRUE(stores_->outbox().save(accepted, std::nullopt));
  accepted.state = ItemState::blocked;
  ASSERT_TRUE(stores_->outbox().save(accepted, std::nullopt));
  ASSERT_TRUE(stores_->invitations().accept("v1", ""));
  ASSERT_TRUE(stores_->invitations().accept("v1", ""));  // once is enough
  EXPECT_THAT(told(0), ElementsAre("invite queued v1", "outbox queued v1", "outbox sending v1",
                                   "invite user_ready v1", "outbox blocked v1", "invite blocked v1",
                                   "invite accepted v1"));
}

TEST_F(EventTest, RunsBatchesAndPausesAreToldWhenTheirStateChanges) {
  auto& ledger = stores_->ledger();
  store::Run run;
  run.id = "r";
  run.trigger = "start";
  run.state = "running";
  ASSERT_TRUE(ledger.record(run));
  run.requests = 3;
  ASSERT_TRUE(ledger.record(run));
  ASSERT_TRUE(ledger.close_cut_off_runs());
  Batch batch;
  batch.id = "b";
  ASSERT_TRUE(ledger.keep_batch(batch, {{"a", HeldChange::deletion}}));
  ASSERT_TRUE(ledger.keep_batch(batch, {{"b", HeldChange::deletion}}));
  batch.state = BatchState::applied;
  ASSERT_TRUE(ledger.keep_batch(batch, {}));
  ASSERT_TRUE(ledger.set_pause(clock_.wall()));
  ASSERT_TRUE(ledger.set_pause(std::nullopt));
  ASSERT_TRUE(stores_->events().add(Topic::daemon, "online", "daemon"));
  EXPECT_THAT(told(0),
              ElementsAre("sync running r", "sync cut_off r", "sync braked b", "sync applied b",
                          "sync paused sync", "sync resumed sync", "daemon online daemon"));
}

TEST_F(EventTest, BothFilesAreOneOrderWhichPagesKeep) {
  fill();
  const auto before = newest();
  for (int i = 0; i < 5; ++i) {
    const auto number = std::to_string(i);
    ASSERT_TRUE(stores_->events().add(Topic::daemon, "online", number));
    apply(Page().user("u" + number, "1-u", "uwe"));
  }
  std::vector<std::string> all;
  auto at = before;
  while (at < newest()) {
    auto page = events().after(at, 3);
    ASSERT_TRUE(page);
    EXPECT_LE(page->events.size(), 3u);
    EXPECT_GT(page->upto, at);
    for (const auto& event : page->events) all.push_back(event.id);
    at = page->upto;
  }
  EXPECT_THAT(all, ElementsAre("0", "u0", "1", "u1", "2", "u2", "3", "u3", "4", "u4"));
}

TEST_F(EventTest, NothingIsShownBeforeAnEarlierNumberHasEnded) {
  ASSERT_TRUE(stores_->ledger_group().begin());
  ASSERT_TRUE(stores_->events().add(Topic::daemon, "first", "x"));
  fill();  // later, and committed
  EXPECT_EQ(newest(), 0u);
  EXPECT_THAT(told(0), IsEmpty());
  ASSERT_TRUE(stores_->ledger_group().end());
  EXPECT_THAT(told(0), ElementsAre("daemon first x", "user filled user"));
}

TEST_F(EventTest, AChangeThatFailedIsNoEventAndHoldsNothingUp) {
  fill();
  const auto before = newest();
  auto broken = item("i1");
  broken.overlay->patch = "no JSON";
  EXPECT_FALSE(stores_->outbox().enqueue(broken, {0, "k", "p"}, 100));
  EXPECT_THAT(told(before), IsEmpty());
  apply(Page().user("b", "1-b", "bert"));
  EXPECT_THAT(told(before), ElementsAre("user added b 1-b"));
}

TEST_F(EventTest, NumbersGoOnAfterARestart) {
  fill();
  const auto before = newest();
  reopen();
  EXPECT_GE(newest(), before);
  EXPECT_THAT(told(before), IsEmpty()) << "nothing is lost";
  EXPECT_THAT(told(0), ElementsAre("user filled user"));
  apply(Page().user("b", "1-b", "bert"));
  EXPECT_THAT(told(before), ElementsAre("user added b 1-b"));
}

TEST_F(EventTest, AMirrorThatBeganAnewIsAGapForWhoWasThereBefore) {
  fill();
  const auto before = newest();
  shut();
  for (const auto* name : {"mirror.db", "mirror.db-wal", "mirror.db-shm"}) {
    std::filesystem::remove(path(name));
  }
  open();
  EXPECT_THAT(told(before), ElementsAre("gap"));
  const auto now = newest();
  EXPECT_THAT(told(now), IsEmpty());
  fill();
  EXPECT_THAT(told(now), ElementsAre("user filled user"));
  reopen();
  EXPECT_THAT(told(now), ElementsAre("user filled user")) << "one gap, not one with each start";
}

TEST_F(EventTest, ALedgerThatBeganAnewTakesNoNumberTwice) {
  fill();
  apply(Page().user("b", "1-b", "bert"));
  const auto before = newest();
  shut();
  for (const auto* name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
    std::filesystem::remove(path(name));
  }
  open();
  EXPECT_GT(newest(), before);
  apply(Page().user("c", "1-c", "carl"));
  EXPECT_THAT(told(before), ElementsAre("gap", "user added c 1-c"));
  EXPECT_THAT(told(before - 1), ElementsAre("user added b 1-b", "gap", "user added c 1-c"));
}

TEST_F(EventTest, OldEventsGiveWayToAGap) {
  fill();
  for (int i = 0; i < 1500; ++i) {
    ASSERT_TRUE(stores_->events().add(Topic::daemon, "online", std::to_string(i)));
  }
  const auto old = newest();
  clock_.advance(48h);
  apply(Page().user("b", "1-b", "bert"));
  ASSERT_TRUE(stores_->events().add(Topic::daemon, "offline", "daemon"));
  const auto limit = clock_.wall() - 24h;
  EXPECT_EQ(*stores_->events().forget(limit), 1000u) << "in small steps";
  EXPECT_EQ(*stores_->events().forget(limit), 500u);
  EXPECT_EQ(*stores_->events().forget(limit), 0u);
  EXPECT_EQ(*writer().forget_events(limit), 1u);
  EXPECT_EQ(*writer().forget_events(limit), 0u);
  EXPECT_THAT(told(0), ElementsAre("gap", "gap", "user added b 1-b", "daemon offline daemon"));
  EXPECT_THAT(told(old), ElementsAre("user added b 1-b", "daemon offline daemon"));
}

TEST(EventNumbersTest, WritersOnTwoThreadsLeaveNoHoleBehindTheNewest) {
  EventNumbers numbers;
  numbers.go_on_after(10);
  const auto write = [&numbers](EventFile file) {
    for (int i = 0; i < 20'000; ++i) {
      const EventNumbers::Hold hold(numbers, file);
      const auto mine = numbers.next(file);
      EXPECT_LT(numbers.newest(), mine);
    }
  };
  std::thread mirror(write, EventFile::mirror);
  write(EventFile::ledger);
  mirror.join();
  EXPECT_EQ(numbers.newest(), 40'010u);
  EXPECT_EQ(numbers.last(), 40'010u);
}

}  // namespace
}  // namespace icure::store
