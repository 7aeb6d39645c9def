// Invitations: kept with their items, found again, and erased when they are over.
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class InvitationTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Outbox& outbox() { return stores_->outbox(); }
  Invitations& invitations() { return stores_->invitations(); }

  static Item item(const std::string& id) {
    Item made;
    made.id = id;
    made.op = "invite.create";
    made.entity = "user-" + id;
    made.created = WallTime(1'790'000'000'123ms);
    made.content = R"({"token":"q7Zr2mK9wT4xV8bN1cL6sD3f"})";
    Invitation invitation;
    invitation.created = made.created;
    invitation.owner = "owner-" + id;
    invitation.owner_kind = Kind::hcp;
    invitation.inviter = "h1";
    invitation.user = made.entity;
    invitation.channel = "email";
    invitation.contact = "ines@mail.test";
    invitation.details = R"({"patient":"Ines"})";
    invitation.not_before = made.created + 1h;
    invitation.expires = made.created + 24h;
    made.invitation = invitation;
    return made;
  }
  void accept(const Item& item) { ASSERT_TRUE(outbox().enqueue(item, {1, item.id, "p"}, 1000)); }
  Invitation of(const std::string& id) {
    auto found = invitations().invitation(id);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Invitation();
  }
  /// Saves the item in that state, and its invitation at that stage.
  void bring(const std::string& id, ItemState state,
             std::optional<InvitationState> stage = std::nullopt) {
    auto item = *outbox().item(id);
    item.state = state;
    if (stage) {
      item.invitation = of(id);
      item.invitation->stage = *stage;
    }
    ASSERT_TRUE(outbox().save(item, std::nullopt));
  }
  std::vector<std::string> ids(std::optional<InvitationState> state = std::nullopt) {
    InvitationQuery query;
    query.state = state;
    const auto rows = *invitations().list(query);
    std::vector<std::string> found;
    found.reserve(rows.size());
    for (const auto& row : rows) found.push_back(row.id);
    return found;
  }
  static bool is_erased(const Invitation& invitation) {
    return invitation.contact.empty() && invitation.details.empty();
  }
};

TEST_F(InvitationTest, GivesAnInvitationBackWholeAfterARestart) {
  accept(item("i1"));
  open();
  const auto found = of("i1");
  EXPECT_EQ(found.created, WallTime(1'790'000'000'123ms));
  EXPECT_EQ(found.state, InvitationState::queued);
  EXPECT_EQ(found.goal, Goal::send);
  EXPECT_EQ(found.owner, "owner-i1");
  EXPECT_EQ(found.owner_kind, Kind::hcp);
  EXPECT_EQ(found.inviter, "h1");
  EXPECT_EQ(found.user, "user-i1");
  EXPECT_EQ(found.channel, "email");
  EXPECT_EQ(found.contact, "ines@mail.test");
  EXPECT_EQ(found.details, R"({"patient":"Ines"})");
  EXPECT_EQ(found.not_before, found.created + 1h);
  EXPECT_EQ(found.expires, found.created + 24h);
  EXPECT_EQ(found.sent_at, std::nullopt);
  EXPECT_FALSE(found.maybe_sent);
}

TEST_F(InvitationTest, AnItemThatIsNotTakenInLeavesNoInvitation) {
  accept(item("i1"));
  EXPECT_FALSE(outbox().enqueue(item("i2"), {1, "i2", "p"}, 1));  // full
  EXPECT_TRUE(outbox().enqueue(item("i3"), {1, "i1", "p"}, 9)->again);
  EXPECT_THAT(ids(), ElementsAre("i1"));
}

TEST_F(InvitationTest, ShowsItsStageWhileItsItemGoesOnAndElseWhyItDoesNot) {
  accept(item("i1"));
  bring("i1", ItemState::sending, InvitationState::user_ready);
  EXPECT_EQ(of("i1").state, InvitationState::user_ready);
  bring("i1", ItemState::retrying);
  EXPECT_EQ(of("i1").state, InvitationState::user_ready);
  bring("i1", ItemState::blocked);
  EXPECT_EQ(of("i1").state, InvitationState::blocked);
  EXPECT_EQ(of("i1").stage, InvitationState::user_ready);
  bring("i1", ItemState::failed);
  EXPECT_EQ(of("i1").state, InvitationState::failed);
  bring("i1", ItemState::done, InvitationState::sent);
  open();
  EXPECT_EQ(of("i1").state, InvitationState::sent);
}

TEST_F(InvitationTest, ErasesWhoItWasWhenNothingMoreWillCome) {
  for (const auto* id : {"sent", "cancelled", "expired", "failed"}) accept(item(id));
  bring("sent", ItemState::done, InvitationState::sent);
  bring("cancelled", ItemState::cancelled);
  bring("expired", ItemState::expired);
  bring("failed", ItemState::failed);
  EXPECT_FALSE(is_erased(of("sent"))) << "it may have to be sent again";
  EXPECT_FALSE(is_erased(of("failed"))) << "it may still be mended";
  EXPECT_TRUE(is_erased(of("cancelled")));
  EXPECT_TRUE(is_erased(of("expired")));
  bring("failed", ItemState::cancelled);
  EXPECT_TRUE(is_erased(of("failed"))) << "somebody discarded it";
}

TEST_F(InvitationTest, AnAcceptedOneIsErasedAndStaysAccepted) {
  accept(item("i1"));
  bring("i1", ItemState::done, InvitationState::sent);
  ASSERT_TRUE(invitations().accept("i1", "a password"));
  EXPECT_EQ(of("i1").state, InvitationState::accepted);
  EXPECT_TRUE(is_erased(of("i1")));
  ASSERT_TRUE(invitations().accept("i1", "again"));
  ASSERT_EQ(outbox().steps("i1")->size(), 1u);
  EXPECT_EQ(outbox().steps("i1")->front().step, "accepted");
  EXPECT_EQ(outbox().steps("i1")->front().note, "a password");
  bring("i1", ItemState::done, InvitationState::sent);  // what ran late
  EXPECT_EQ(of("i1").state, InvitationState::accepted);
}

TEST_F(InvitationTest, ACancelledOneIsNotAcceptedAnyMore) {
  accept(item("i1"));
  bring("i1", ItemState::cancelled);
  ASSERT_TRUE(invitations().accept("i1", "late"));
  EXPECT_EQ(of("i1").state, InvitationState::cancelled);
  EXPECT_THAT(*outbox().steps("i1"), IsEmpty());
}

TEST_F(InvitationTest, ListsByStateAndPage) {
  for (const auto* id : {"i1", "i2", "i3"}) accept(item(id));
  bring("i2", ItemState::done, InvitationState::sent);
  EXPECT_THAT(ids(), ElementsAre("i1", "i2", "i3"));
  EXPECT_THAT(ids(InvitationState::queued), ElementsAre("i1", "i3"));
  EXPECT_THAT(ids(InvitationState::sent), ElementsAre("i2"));
  InvitationQuery page;
  page.after = of("i1").number;
  page.limit = 1;
  EXPECT_EQ(invitations().list(page)->front().id, "i2");
}

TEST_F(InvitationTest, IsFoundByItsUserAndWhileOpenByItsOwner) {
  accept(item("i1"));
  EXPECT_EQ((*invitations().of_user("user-i1"))->id, "i1");
  EXPECT_EQ(*invitations().of_user("nobody"), std::nullopt);
  EXPECT_EQ((*invitations().open_for("owner-i1"))->id, "i1");
  bring("i1", ItemState::failed);
  EXPECT_EQ(*invitations().open_for("owner-i1"), std::nullopt);
}

TEST_F(InvitationTest, CountsThoseOfADay) {
  for (const auto* id : {"i1", "i2", "i3"}) accept(item(id));
  const auto created = item("i1").created;
  EXPECT_EQ(*invitations().created_since(created, 10), 3u);
  EXPECT_EQ(*invitations().created_since(created, 2), 2u);
  EXPECT_EQ(*invitations().created_since(created + 1ms, 10), 0u);
}

TEST_F(InvitationTest, IsTakenInHeldWithItsReason) {
  auto made = item("i1");
  made.state = ItemState::held;
  made.last_error = "too many today";
  made.hint = "release it";
  accept(made);
  const auto found = *outbox().item("i1");
  EXPECT_EQ(found.state, ItemState::held);
  EXPECT_EQ(found.last_error, "too many today");
  EXPECT_EQ(found.hint, "release it");
  EXPECT_EQ(outbox().counts()[static_cast<std::size_t>(ItemState::held)], 1u);
  EXPECT_EQ(of("i1").state, InvitationState::held);
  EXPECT_THAT(ids(InvitationState::held), ElementsAre("i1"));
  bring("i1", ItemState::queued);
  EXPECT_EQ(of("i1").state, InvitationState::queued);
  made = item("i2");
  made.state = ItemState::blocked;
  accept(made);
  EXPECT_EQ(of("i2").state, InvitationState::blocked);
}

TEST_F(InvitationTest, IsHeldWithItsItemOnAnotherMachine) {
  ASSERT_TRUE(outbox().settle_on("m1", "moved", "look"));
  accept(item("i1"));
  bring("i1", ItemState::queued, InvitationState::user_ready);
  ASSERT_TRUE(outbox().settle_on("m2", "moved", "look"));
  EXPECT_EQ(of("i1").state, InvitationState::held);
  bring("i1", ItemState::queued);
  EXPECT_EQ(of("i1").state, InvitationState::user_ready) << "as far as it was";
}

class AskedAgainTest : public InvitationTest {
 protected:
  Result<Accepted> cancel(const std::string& id, const std::string& key) {
    auto item = *outbox().item(id);
    item.invitation = of(id);
    item.invitation->goal = Goal::cancel;
    item.state = ItemState::queued;
    item.content = R"({"anew":true})";
    return outbox().again(item, {1, key, "cancel"}, Step{"asked", WallTime(7ms), ""});
  }
};

TEST_F(AskedAgainTest, BringsAnItemBackThatHadEnded) {
  accept(item("i1"));
  bring("i1", ItemState::done, InvitationState::sent);
  const auto taken = *cancel("i1", "k2");
  EXPECT_FALSE(taken.again);
  EXPECT_EQ(taken.item.state, ItemState::queued);
  open();
  EXPECT_EQ(of("i1").goal, Goal::cancel);
  EXPECT_EQ(outbox().item("i1")->content, R"({"anew":true})");
  EXPECT_EQ(outbox().steps("i1")->size(), 1u);
  EXPECT_EQ(outbox().counts()[static_cast<std::size_t>(ItemState::queued)], 1u);
  clock_.advance(1h);
  EXPECT_EQ(*outbox().forget(clock_.wall()), 0u) << "it has not ended any more";
}

TEST_F(AskedAgainTest, OnlySetsTheGoalOfOneThatIsUnderWay) {
  accept(item("i1"));
  bring("i1", ItemState::sending);
  const auto taken = *cancel("i1", "k2");
  EXPECT_EQ(taken.item.state, ItemState::sending);
  EXPECT_EQ(of("i1").goal, Goal::cancel);
  EXPECT_EQ(outbox().item("i1")->content, item("i1").content);
  bring("i1", ItemState::sending, InvitationState::token_ready);
  EXPECT_EQ(of("i1").goal, Goal::cancel) << "the attempt leaves the goal alone";
}

TEST_F(AskedAgainTest, IsDoneOnceForAKey) {
  accept(item("i1"));
  ASSERT_FALSE(cancel("i1", "k2")->again);
  bring("i1", ItemState::cancelled);
  const auto second = *cancel("i1", "k2");
  EXPECT_TRUE(second.again);
  EXPECT_EQ(second.item.state, ItemState::cancelled);
  EXPECT_EQ(outbox().item("i1")->state, ItemState::cancelled);
  EXPECT_EQ(cancel("i1", "i1").error().code, Code::key_reused);
}

TEST_F(InvitationTest, EveryStateHasItsWord) {
  for (std::size_t each = 0; each < kInvitationStates; ++each) {
    const auto state = static_cast<InvitationState>(each);
    EXPECT_EQ(invitation_state_named(name_of(state)), state);
  }
  EXPECT_EQ(invitation_state_named("lost"), std::nullopt);
}

TEST_F(InvitationTest, AnUnknownOneIsNotFound) {
  EXPECT_EQ(invitations().invitation("i1").error().code, Code::not_found);
  EXPECT_EQ(invitations().accept("i1", "").error().code, Code::not_found);
}

}  // namespace
}  // namespace icure::store
