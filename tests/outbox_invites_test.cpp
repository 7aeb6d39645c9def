// sync/outbox/invites.h: whom it invites, how many, and who has come.
#include "tests/support/invites_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(InvitesTest, AcceptsWhileTheLineIsDownAndSendsWhenItIsBack) {
  cut_line();
  const auto made = create();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->invitation.state, InvitationState::queued);
  EXPECT_EQ(made->item.state, ItemState::queued);
  EXPECT_EQ(made->item.content, "") << "nobody is shown the token";
  pass(1h);
  EXPECT_THAT(gateway.messages, IsEmpty());
  mend_line();
  EXPECT_EQ(state(), InvitationState::sent);
  EXPECT_EQ(gateway.messages.size(), 1u);
  EXPECT_THAT(told, Contains(id + " done"));
}

TEST_F(InvitesTest, TheSameRequestAgainGivesTheSameInvitation) {
  const auto first = create();
  ASSERT_TRUE(first);
  has_user = true;  // its own, by now
  const auto again = create();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->invitation.id, first->invitation.id);
  EXPECT_EQ(again->invitation.state, InvitationState::sent);
  EXPECT_EQ(gateway.messages.size(), 1u);
}

TEST_F(InvitesTest, NobodyIsInvitedTwiceAtATime) {
  cut_line();
  ASSERT_TRUE(create());
  const auto second = create("k2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("invited already"));
  ASSERT_TRUE(cancel());
  EXPECT_TRUE(create("k2")) << "the first one is over";
}

TEST_F(InvitesTest, MoreThanADayMayHaveAreHeld) {
  InvitesOptions few;
  few.per_day = 1;
  invites.configure(few);
  ASSERT_TRUE(create("k1"));
  owner = record("p2", "Anna", "Vermeulen", "anna@mail.test");
  owner_id = "p2";
  const auto second = create("k2");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->item.state, ItemState::held);
  EXPECT_THAT(second->item.hint, HasSubstr("per_day"));
  EXPECT_EQ(gateway.messages.size(), 1u);
  ASSERT_TRUE(finish(outbox.act(Action::release, id, "")));
  pass(1s);
  EXPECT_EQ(gateway.messages.size(), 2u);
  clock.advance(24h + 1min);
  pump();
  owner = record("p3", "Tom", "Peters", "tom@mail.test");
  owner_id = "p3";
  EXPECT_NE(create("k3")->item.state, ItemState::held);
}

TEST_F(InvitesTest, WithoutAGatewayItIsBlockedUntilThereIsOne) {
  daemon->gateway.configure(std::nullopt);
  const auto made = create();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->invitation.state, InvitationState::blocked);
  EXPECT_THAT(made->item.hint, HasSubstr("[gateway] url"));
  pass(1min);
  EXPECT_EQ(state(), InvitationState::blocked);
  daemon->gateway.configure(GatewayAccount{"s", Daemon::login()});
  finish(invites.gateway_configured());
  pass(1s);
  EXPECT_EQ(state(), InvitationState::sent);
}

TEST_F(InvitesTest, ThePersonComesByAPassword) {
  ASSERT_TRUE(create());
  look();
  EXPECT_EQ(state(), InvitationState::sent);
  platform.change(user_id(), "passwordHash", "*");
  look();
  EXPECT_EQ(state(), InvitationState::sent) << "the mirror does not know it yet";
  mirror_user();
  look();
  EXPECT_EQ(state(), InvitationState::accepted);
  EXPECT_EQ(invitation().contact, "");
  EXPECT_EQ(steps().back(), "accepted");
}

TEST_F(InvitesTest, ThePersonComesByALoginHere) {
  ASSERT_TRUE(create());
  finish(invites.logged_in("nobody"));
  EXPECT_EQ(state(), InvitationState::sent);
  finish(invites.logged_in(user_id()));
  EXPECT_EQ(state(), InvitationState::accepted);
}

TEST_F(InvitesTest, WhoHasComeIsNeitherTakenBackNorInvitedAgain) {
  ASSERT_TRUE(create());
  finish(invites.logged_in(user_id()));
  EXPECT_EQ(cancel().error().code, Code::conflict);
  EXPECT_EQ(resend().error().code, Code::conflict);
  pass(1s);
  EXPECT_EQ(platform.live_users(), 1u);
  EXPECT_EQ(gateway.messages.size(), 1u);
}

TEST_F(InvitesTest, ListsByStateWithWhatIsShownOfEach) {
  ASSERT_TRUE(create());
  const auto rows = *finish(invites.list({}));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].item.id, id);
  EXPECT_THAT(rows[0].steps, Not(IsEmpty()));
  store::InvitationQuery blocked;
  blocked.state = InvitationState::blocked;
  EXPECT_THAT(*finish(invites.list(blocked)), IsEmpty());
  EXPECT_EQ(finish(invites.get("nobody")).error().code, Code::not_found);
}

TEST_F(InvitesTest, AForecastSaysWhereItWouldGoAndInvitesNobody) {
  const auto check = [this](const std::string& key) {
    const InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    return finish(invites.check(request(), subjects, {1, key, "p"}));
  };
  const auto forecast = check("k1");
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->contact, "ines@mail.test");
  pass(1min);
  EXPECT_THAT(gateway.messages, IsEmpty());
  EXPECT_EQ(platform.live_users(), 0u);
  has_user = true;
  EXPECT_FALSE(check("k1"));
  has_user = false;
  ASSERT_TRUE(create("k1"));
  EXPECT_EQ(check("k2").error().code, Code::conflict) << "invited already";
}

}  // namespace
}  // namespace icure::sync
