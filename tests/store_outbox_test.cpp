// The outbox: what was accepted stays, once, in its order.
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class OutboxTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Outbox& outbox() { return stores_->outbox(); }
  static Item item(const std::string& id, const std::string& entity = "u1") {
    Item made;
    made.id = id;
    made.op = "user.modify";
    made.entity = entity;
    made.created = WallTime(1'790'000'000'123ms);
    made.content = R"({"patch":{"name":"Anna Vermeulen"}})";
    return made;
  }
  Result<Accepted> accept(Item item, const std::string& key, const std::string& params = "p",
                          std::uint32_t uid = 1000) {
    return outbox().enqueue(std::move(item), {uid, key, params}, 1000);
  }
  std::vector<std::string> ids(const ItemQuery& query = {}) {
    const auto items = *outbox().list(query);
    std::vector<std::string> found;
    found.reserve(items.size());
    for (const auto& each : items) found.push_back(each.id);
    return found;
  }
  void bring(const std::string& id, ItemState state, std::optional<Step> step = std::nullopt) {
    auto item = *outbox().item(id);
    item.state = state;
    ASSERT_TRUE(outbox().save(item, step));
  }
};

TEST_F(OutboxTest, GivesAnItemBackWholeAfterARestart) {
  auto made = item("i1");
  made.kind = Kind::patient;
  made.next_try = made.created + 5s;
  made.refers = {"h2", "h1"};
  ASSERT_TRUE(accept(made, "k1"));
  open();
  const auto found = *outbox().item("i1");
  EXPECT_EQ(found.op, "user.modify");
  EXPECT_EQ(found.kind, Kind::patient);
  EXPECT_EQ(found.entity, "u1");
  EXPECT_EQ(found.state, ItemState::queued);
  EXPECT_EQ(found.attempts, 0u);
  EXPECT_EQ(found.created, made.created);
  EXPECT_EQ(found.next_try, made.next_try);
  EXPECT_THAT(found.refers, ElementsAre("h1", "h2"));
  EXPECT_EQ(found.content, made.content);
  EXPECT_GT(found.number, 0u);
}

TEST_F(OutboxTest, TakesTheSameRequestOnce) {
  const auto first = *accept(item("i1"), "k1");
  EXPECT_FALSE(first.again);
  open();
  bring("i1", ItemState::sending);
  const auto again = *accept(item("i2"), "k1");
  EXPECT_TRUE(again.again);
  EXPECT_EQ(again.item.id, "i1");
  EXPECT_EQ(again.item.state, ItemState::sending);
  EXPECT_THAT(ids(), ElementsAre("i1"));
}

TEST_F(OutboxTest, RefusesAKeyThatMeantSomethingElse) {
  ASSERT_TRUE(accept(item("i1"), "k1"));
  EXPECT_EQ(accept(item("i2"), "k1", "other").error().code, Code::key_reused);
  EXPECT_TRUE(accept(item("i3"), "k1", "other", 1001)) << "keys belong to who gave them";
  EXPECT_THAT(ids(), ElementsAre("i1", "i3"));
}

TEST_F(OutboxTest, RefusesEarlyWhenItIsFullAndTakesAgainWhenSomethingEnded) {
  ASSERT_TRUE(outbox().enqueue(item("i1"), {1, "k1", "p"}, 2));
  ASSERT_TRUE(outbox().enqueue(item("i2"), {1, "k2", "p"}, 2));
  EXPECT_EQ(outbox().enqueue(item("i3"), {1, "k3", "p"}, 2).error().code, Code::queue_full);
  EXPECT_TRUE(outbox().enqueue(item("i4"), {1, "k1", "p"}, 2)->again) << "this one is in already";
  bring("i1", ItemState::done);
  EXPECT_TRUE(outbox().enqueue(item("i3"), {1, "k3", "p"}, 2)) << "a refusal was not remembered";
}

TEST_F(OutboxTest, KeepsStepsInTheirOrderWithTheState) {
  ASSERT_TRUE(accept(item("i1"), "k1"));
  bring("i1", ItemState::sending, Step{"user", WallTime(7ms), ""});
  bring("i1", ItemState::retrying, Step{"token", WallTime(5ms), "made anew"});
  bring("i1", ItemState::sending);
  open();
  const auto steps = *outbox().steps("i1");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].step, "user");
  EXPECT_EQ(steps[1].step, "token");
  EXPECT_EQ(steps[1].at, WallTime(5ms));
  EXPECT_EQ(steps[1].note, "made anew");
  EXPECT_EQ(outbox().item("i1")->state, ItemState::sending);
  EXPECT_THAT(*outbox().steps("nobody"), IsEmpty());
}

TEST_F(OutboxTest, ErasesWhatWasAskedOnceItIsOverButNotOfAFailedOne) {
  for (const auto* id : {"i1", "i2", "i3", "i4"}) ASSERT_TRUE(accept(item(id), id));
  bring("i1", ItemState::done);
  bring("i2", ItemState::cancelled);
  bring("i3", ItemState::expired);
  bring("i4", ItemState::failed);
  EXPECT_EQ(outbox().item("i1")->content, "");
  EXPECT_EQ(outbox().item("i2")->content, "");
  EXPECT_EQ(outbox().item("i3")->content, "");
  EXPECT_NE(outbox().item("i4")->content, "");
}

TEST_F(OutboxTest, ListsByStateAndPage) {
  for (const auto* id : {"i1", "i2", "i3", "i4"}) ASSERT_TRUE(accept(item(id), id));
  bring("i2", ItemState::blocked);
  bring("i4", ItemState::blocked);
  EXPECT_THAT(ids(), ElementsAre("i1", "i2", "i3", "i4"));
  ItemQuery blocked;
  blocked.state = ItemState::blocked;
  EXPECT_THAT(ids(blocked), ElementsAre("i2", "i4"));
  blocked.after = outbox().item("i2")->number;
  EXPECT_THAT(ids(blocked), ElementsAre("i4"));
  ItemQuery page;
  page.limit = 2;
  page.after = outbox().item("i1")->number;
  EXPECT_THAT(ids(page), ElementsAre("i2", "i3"));
  EXPECT_EQ(outbox().list(page)->front().content, "") << "a list carries no content";
}

TEST_F(OutboxTest, GivesWhatHasNotEndedInTheOrderOfAcceptance) {
  for (const auto* id : {"i1", "i2", "i3", "i4", "i5"}) ASSERT_TRUE(accept(item(id), id));
  bring("i1", ItemState::done);
  bring("i3", ItemState::failed);
  bring("i4", ItemState::held);
  const auto found = *outbox().unfinished(0, 2);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "i2");
  EXPECT_EQ(found[1].id, "i4");
  EXPECT_EQ(outbox().unfinished(found[1].number, 2)->front().id, "i5");
  EXPECT_EQ(outbox().item(found[0].number)->id, "i2");
}

TEST_F(OutboxTest, KeepsFromWhenGivingUpCounts) {
  ASSERT_TRUE(accept(item("i1"), "k1"));
  EXPECT_EQ(outbox().item("i1")->since, std::nullopt);
  auto changed = *outbox().item("i1");
  changed.since = WallTime(7ms);
  ASSERT_TRUE(outbox().save(changed, std::nullopt));
  open();
  EXPECT_EQ(outbox().item("i1")->since, WallTime(7ms));
}

TEST_F(OutboxTest, HoldsWhatHasNotEndedOnAnotherMachine) {
  EXPECT_EQ(*outbox().settle_on("m1", "moved", "look"), 0u);
  for (const auto* id : {"i1", "i2", "i3"}) ASSERT_TRUE(accept(item(id), id));
  bring("i2", ItemState::failed);
  bring("i3", ItemState::retrying);
  EXPECT_EQ(*outbox().settle_on("m1", "moved", "look"), 0u);
  EXPECT_EQ(*outbox().settle_on("m2", "moved", "look"), 2u);
  open();
  EXPECT_EQ(*outbox().settle_on("m2", "moved", "look"), 0u) << "once";
  EXPECT_EQ(outbox().item("i1")->state, ItemState::held);
  EXPECT_EQ(outbox().item("i1")->last_error, "moved");
  EXPECT_EQ(outbox().item("i1")->hint, "look");
  EXPECT_EQ(outbox().item("i2")->state, ItemState::failed);
  EXPECT_EQ(outbox().counts()[static_cast<std::size_t>(ItemState::held)], 2u);
}

TEST_F(OutboxTest, CountsByStateAlsoAfterARestart) {
  for (const auto* id : {"i1", "i2", "i3"}) ASSERT_TRUE(accept(item(id), id));
  bring("i2", ItemState::retrying);
  const auto counted = [this](ItemState state) {
    return outbox().counts()[static_cast<std::size_t>(state)];
  };
  EXPECT_EQ(counted(ItemState::queued), 2u);
  EXPECT_EQ(counted(ItemState::retrying), 1u);
  open();
  EXPECT_EQ(counted(ItemState::queued), 2u);
  EXPECT_EQ(counted(ItemState::retrying), 1u);
  EXPECT_EQ(counted(ItemState::done), 0u);
}

TEST_F(OutboxTest, RemembersWhatWasDoneAtOnceAlsoWhenItIsFull) {
  auto token = item("i1");
  token.state = ItemState::done;
  ASSERT_TRUE(outbox().enqueue(token, {1000, "k1", "p"}, 0));
  EXPECT_EQ(outbox().item("i1")->content, "");
  EXPECT_EQ(outbox().counts()[static_cast<std::size_t>(ItemState::done)], 1u);
  EXPECT_TRUE(outbox().unfinished(0, 10)->empty());
  EXPECT_EQ(outbox().known({1000, "k1", "other"}).error().code, Code::key_reused);
  clock_.advance(1h);
  EXPECT_EQ(*outbox().forget(clock_.wall()), 1u);
}

TEST_F(OutboxTest, ForgetsWhatEndedLongAgoWithItsKeyAndNothingElse) {
  for (const auto* id : {"old", "failed", "new", "open"}) ASSERT_TRUE(accept(item(id), id));
  bring("old", ItemState::done, Step{"put", clock_.wall(), ""});
  bring("failed", ItemState::failed);
  clock_.advance(1h);
  const auto limit = clock_.wall();
  clock_.advance(1h);
  bring("old", ItemState::done);  // said again: that moves nothing
  bring("new", ItemState::done);
  EXPECT_EQ(*outbox().forget(limit), 1u);
  EXPECT_THAT(ids(), ElementsAre("failed", "new", "open"));
  EXPECT_FALSE(accept(item("old"), "old", "other")->again) << "its key is free again";
}

TEST_F(OutboxTest, AskedForAgainItIsCountedWhereItIsThen) {
  const auto counted = [this](ItemState state) {
    return outbox().counts()[static_cast<std::size_t>(state)];
  };
  ASSERT_TRUE(accept(item("i1"), "k1"));
  bring("i1", ItemState::failed);
  auto more = *outbox().item("i1");
  more.state = ItemState::queued;
  const auto again = outbox().again(more, {1000, "k2", "p"}, Step{"sent again", WallTime(7ms), ""});
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->again);
  EXPECT_EQ(again->item.state, ItemState::queued);
  EXPECT_EQ(counted(ItemState::queued), 1u);
  EXPECT_EQ(counted(ItemState::failed), 0u);
  EXPECT_EQ(outbox().steps("i1")->size(), 1u);

  bring("i1", ItemState::retrying);
  EXPECT_TRUE(outbox().again(more, {1000, "k2", "p"}, std::nullopt)->again) << "the same request";
  EXPECT_EQ(counted(ItemState::retrying), 1u);
  EXPECT_EQ(outbox().again(more, {1000, "k2", "other"}, std::nullopt).error().code,
            Code::key_reused);
  EXPECT_EQ(outbox().again(item("i2"), {1000, "k3", "p"}, std::nullopt).error().code,
            Code::not_found);
}

TEST_F(OutboxTest, AskedForAgainWhileItIsBeingSentItIsLeftAlone) {
  const auto counted = [this](ItemState state) {
    return outbox().counts()[static_cast<std::size_t>(state)];
  };
  ASSERT_TRUE(accept(item("i1"), "k1"));
  auto more = *outbox().item("i1");
  bring("i1", ItemState::sending);
  const auto again = outbox().again(more, {1000, "k2", "p"}, Step{"sent again", WallTime(7ms), ""});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->item.state, ItemState::sending);
  EXPECT_EQ(counted(ItemState::sending), 1u);
  EXPECT_EQ(counted(ItemState::queued), 0u);
  EXPECT_TRUE(outbox().steps("i1")->empty());
  EXPECT_TRUE(outbox().known({1000, "k2", "p"})->has_value()) << "it was taken in all the same";
}

TEST_F(OutboxTest, AnUnknownItemIsNotFound) {
  EXPECT_EQ(outbox().item("i1").error().code, Code::not_found);
  EXPECT_EQ(outbox().save(item("i1"), std::nullopt).error().code, Code::not_found);
}

TEST_F(OutboxTest, EveryStateHasItsWord) {
  for (std::size_t each = 0; each < kItemStates; ++each) {
    const auto state = static_cast<ItemState>(each);
    EXPECT_EQ(item_state_named(name_of(state)), state);
  }
  EXPECT_EQ(item_state_named("lost"), std::nullopt);
}

}  // namespace
}  // namespace icure::store
