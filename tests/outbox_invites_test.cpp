// sync/outbox/invites.h: what is asked of invitations, over the whole outbox.
#include "daemon/base/scope.h"
#include "sync/outbox/invites.h"
#include "tests/support/invite_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::InvitationState;
using store::ItemState;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InvitesTest : public support::InviteTest {
 public:
  InvitesTest() {
    outbox.carry_out("invite.create", daemon->operation);
    outbox.watch([this](const store::Item& item) {
      told.push_back(item.id + " " + std::string(name_of(item.state)));
    });
    daemon->engine.watch([this] { outbox.wake(); });
    scope.run(outbox.loop(stop.get_token()));
    pump();
  }
  ~InvitesTest() override {
    stop.request_stop();
    pump();
    EXPECT_EQ(scope.running(), 0u);
  }

 protected:
  template <class T>
  T finish(Task<T> task) {
    task.start();
    pump();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  void pass(Millis by) {
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(std::min(Millis(1s), end - clock.uptime()));
      pump();
    }
  }

  Result<InvitationView> create(const std::string& key = "k1") {
    const InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    auto made = finish(invites.create(request(), subjects, {1, key, "p"}));
    if (made) id = made->invitation.id;
    return made;
  }
  Result<InvitationView> create(InviteRequest asked) {
    const InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    auto made = finish(invites.create(std::move(asked), subjects, {1, "k1", "p"}));
    if (made) id = made->invitation.id;
    return made;
  }
  Result<InvitationView> cancel(const std::string& key = "c1") {
    return finish(invites.cancel(id, {1, key, "p"}));
  }
  Result<InvitationView> resend(const std::string& key = "r1") {
    return finish(invites.resend(id, {1, key, "p"}));
  }
  void look() { finish(invites.look_for_arrivals()); }
  InvitationState state() { return invitation().state; }
  /// The platform's user, as a sweep brings it.
  void mirror_user() {
    std::vector<std::string> ids(1, user_id());
    EXPECT_TRUE(finish(daemon->refresher.by_ids(Kind::user, std::move(ids), stop.get_token())));
  }
  void cut_line() {
    platform.statuses = {{"", 503}};
    daemon->engine.failed({Cause::no_route});
  }
  void mend_line() {
    platform.statuses.clear();
    daemon->engine.succeeded();
    pass(5s);
  }

  std::unique_ptr<store::MirrorReader> scan = std::move(*daemon->stores->open_reader(1 << 20));
  Outbox outbox{daemon->stores->outbox(),
                ledger_thread,
                daemon->engine,
                daemon->session.time(),
                clock,
                random,
                "m1"};
  Invites invites{{daemon->stores->outbox(), daemon->stores->invitations(), ledger_thread, *scan,
                   parser, outbox, daemon->operation, daemon->gateway, clock, random}};
  Scope scope;
  std::vector<std::string> told;
};

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

TEST_F(InvitesTest, TakenBackOfflineBeforeItsUserIsOverAtOnce) {
  cut_line();
  ASSERT_TRUE(create());
  const auto taken = cancel();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->invitation.state, InvitationState::cancelled);
  EXPECT_EQ(taken->invitation.contact, "");
  EXPECT_EQ(cancel("c1")->invitation.state, InvitationState::cancelled);
  EXPECT_EQ(cancel("c2")->invitation.state, InvitationState::cancelled);
  mend_line();
  EXPECT_THAT(gateway.messages, IsEmpty());
  EXPECT_EQ(platform.live_users(), 0u);
}

TEST_F(InvitesTest, TakenBackAfterItWasSentEndsTokenAndUser) {
  ASSERT_TRUE(create());
  ASSERT_EQ(state(), InvitationState::sent);
  cut_line();
  const auto taken = cancel();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->invitation.state, InvitationState::sent) << "its token still works";
  EXPECT_EQ(taken->invitation.goal, store::Goal::cancel);
  EXPECT_EQ(resend().error().code, Code::conflict);
  mend_line();
  EXPECT_EQ(state(), InvitationState::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
  EXPECT_EQ(gateway.messages.size(), 1u);
}

TEST_F(InvitesTest, TakenBackInTheMiddleOfAStep) {
  gateway_http.hold = true;
  ASSERT_TRUE(create());
  ASSERT_EQ(daemon->stores->outbox().item(id)->state, ItemState::sending);
  ASSERT_TRUE(cancel());
  gateway_http.release();
  pass(1s);
  EXPECT_EQ(state(), InvitationState::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
}

TEST_F(InvitesTest, NothingIsUndoneBeforeTheDiskKnowsThatItIsTakenBack) {
  gateway_http.hold = true;
  gateway.status = 503;  // so that the attempt turns round without having to write a step down
  ASSERT_TRUE(create());
  auto task = invites.cancel(id, {1, "c1", "p"});
  task.start();
  ASSERT_TRUE(ledger_thread.work());  // the judgement
  ASSERT_TRUE(ledger_thread.deliver());
  gateway_http.release();
  EXPECT_EQ(daemon->stores->invitations().invitation(id)->goal, store::Goal::send);
  EXPECT_EQ(platform.live_users(), 1u) << "a crash now would forget that it was taken back";
  pump();
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(task.take());
  EXPECT_EQ(state(), InvitationState::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
}

TEST_F(InvitesTest, ACancelThatMeetsTheEndOfAnAttemptIsCarriedOutAllTheSame) {
  // Every interleaving of the attempt's last jobs and the cancel's.
  for (int head_start = 0; head_start < 12; ++head_start) {
    SCOPED_TRACE(head_start);
    const auto name = std::to_string(head_start);
    owner_id = "q" + name;
    owner = record(owner_id.c_str(), "A", "B", ("a" + name + "@mail.test").c_str());
    gateway_http.hold = true;
    ASSERT_TRUE(create("k" + name));
    auto task = invites.cancel(id, {1, "c" + name, "p"});
    gateway_http.release();
    for (int i = 0; i < head_start; ++i) {
      if (!ledger_thread.deliver()) ledger_thread.work();
    }
    task.start();
    pump();
    ASSERT_TRUE(task.done());
    EXPECT_TRUE(task.take());
    pass(1s);
    EXPECT_EQ(state(), InvitationState::cancelled);
    EXPECT_EQ(platform.live_users(), 0u);
  }
}

TEST_F(InvitesTest, ACancelThatMeetsTheBeginningOfAnAttemptIsCarriedOutAllTheSame) {
  // Every interleaving of the attempt's first jobs and the cancel's.
  for (int head_start = 0; head_start < 12; ++head_start) {
    for (int cancel_ahead = 0; cancel_ahead < 3; ++cancel_ahead) {
      const auto name = std::to_string(head_start) + "-" + std::to_string(cancel_ahead);
      SCOPED_TRACE(name);
      owner_id = "q" + name;
      owner = record(owner_id.c_str(), "A", "B", ("a" + name + "@mail.test").c_str());
      cut_line();
      ASSERT_TRUE(create("k" + name));
      auto task = invites.cancel(id, {1, "c" + name, "p"});
      const auto jobs = [this](int count) {
        for (int i = 0; i < count; ++i) {
          if (!ledger_thread.deliver()) ledger_thread.work();
        }
      };
      task.start();
      jobs(cancel_ahead);
      platform.statuses.clear();
      daemon->engine.succeeded();
      for (int i = 0; i < 30; ++i) clock.advance(100ms);
      jobs(head_start);
      pump();
      ASSERT_TRUE(task.done());
      EXPECT_TRUE(task.take());
      pass(5s);
      EXPECT_EQ(state(), InvitationState::cancelled);
      EXPECT_EQ(platform.live_users(), 0u);
    }
  }
}

TEST_F(InvitesTest, SentAgainHasANewTokenAndTheSameUser) {
  ASSERT_TRUE(create());
  const auto user = user_id();
  ASSERT_TRUE(resend());
  pass(1s);
  EXPECT_EQ(state(), InvitationState::sent);
  ASSERT_EQ(gateway.messages.size(), 2u);
  ASSERT_EQ(platform.token_values.size(), 2u);
  EXPECT_NE(platform.token_values[0], platform.token_values[1]);
  EXPECT_THAT(gateway.messages[1].body, HasSubstr(platform.token_values[1]));
  EXPECT_EQ(platform.live_users(), 1u);
  EXPECT_EQ(user_id(), user);
  EXPECT_FALSE(invitation().maybe_sent) << "the second message was asked for";
  ASSERT_TRUE(resend());
  pass(1s);
  EXPECT_EQ(gateway.messages.size(), 2u) << "the same request is not carried out twice";
}

TEST_F(InvitesTest, SentAgainBeforeTheFirstAttemptIsOverIsSentAgain) {
  gateway_http.hold = true;
  ASSERT_TRUE(create());
  http.hold = true;
  gateway_http.release();
  pump();
  ASSERT_EQ(state(), InvitationState::sent);
  ASSERT_EQ(daemon->stores->outbox().item(id)->state, ItemState::sending);
  auto task = invites.resend(id, {1, "r1", "p"});
  task.start();
  pump();
  http.release();
  pass(1s);
  ASSERT_TRUE(task.done());
  EXPECT_TRUE(task.take());
  EXPECT_EQ(state(), InvitationState::sent);
  EXPECT_EQ(gateway.messages.size(), 2u);
  ASSERT_TRUE(resend("r1"));
  pass(1s);
  EXPECT_EQ(gateway.messages.size(), 2u) << "the same request is not carried out twice";
}

TEST_F(InvitesTest, SentAgainWhileAMessageIsOnItsWayIsThatMessage) {
  gateway_http.hold = true;
  ASSERT_TRUE(create());
  ASSERT_TRUE(resend("r1"));
  gateway_http.release();
  pass(1s);
  EXPECT_EQ(state(), InvitationState::sent);
  EXPECT_EQ(gateway.messages.size(), 1u);
  ASSERT_TRUE(resend("r1"));
  pass(1s);
  EXPECT_EQ(gateway.messages.size(), 1u) << "the same request is not carried out twice";
}

TEST_F(InvitesTest, SentAgainBeforeItWasSentIsTriedNow) {
  gateway.status = 400;
  ASSERT_TRUE(create());
  ASSERT_EQ(state(), InvitationState::blocked);
  gateway.status = 200;
  ASSERT_TRUE(resend());
  pass(1s);
  EXPECT_EQ(state(), InvitationState::sent);
  EXPECT_EQ(platform.token_values.size(), 1u);
}

TEST_F(InvitesTest, SentAgainAsLongAsItHasNotExpired) {
  auto asked = request();
  asked.expires = clock.wall() + 1h;
  ASSERT_TRUE(create(std::move(asked)));
  pass(30min);
  const auto again = resend("r1");
  ASSERT_TRUE(again) << again.error().message;
  pass(30min);
  EXPECT_EQ(gateway.messages.size(), 2u);
  const auto late = resend("r2");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::conflict);
  pass(1s);
  EXPECT_EQ(gateway.messages.size(), 2u);
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

}  // namespace
}  // namespace icure::sync
