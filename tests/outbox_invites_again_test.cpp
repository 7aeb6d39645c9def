// sync/outbox/invites.h: what is taken back, and what is sent again.
#include "tests/support/invites_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace icure::sync
