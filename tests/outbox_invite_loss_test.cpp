// An invitation through every death and every lost answer: one user, at least one message, and
// never two without saying so.
#include "tests/support/invite_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using fakes::Fate;
using store::InvitationState;
using support::LedgerProgress;
using Death = LedgerProgress::Death;

class LossTest : public support::InviteTest {
 protected:
  static bool is_over(const store::Item& item) { return store::has_ended(item.state); }

  /// Attempts until it is over, as after a restart each time.
  void finish() {
    for (int tries = 0; tries < 10; ++tries) {
      start();
      if (is_over(*daemon->stores->outbox().item(id))) return;
      attempt();
      clock.advance(1min);
    }
    FAIL() << "it does not come to an end";
  }

  /// The promise: accepted, so carried out, once.
  void expect_invited(const std::string& how) {
    SCOPED_TRACE(how);
    EXPECT_EQ(daemon->stores->outbox().item(id)->state, store::ItemState::done);
    const auto now = invitation();
    EXPECT_EQ(now.state, InvitationState::sent);
    EXPECT_EQ(platform.live_users(), 1u);
    EXPECT_TRUE(platform.has(now.user));
    EXPECT_GE(gateway.messages.size(), 1u);
    EXPECT_TRUE(gateway.messages.size() == 1 || now.maybe_sent);
    const auto& token = platform.token_values.back();
    EXPECT_NE(gateway.messages.back().body.find(token), std::string::npos);
    EXPECT_EQ(platform.user(now.user)["authenticationTokens"].size(), 1u);
    EXPECT_TRUE(mirrored(now.user));
  }
};

/// Each case has a directory, a platform and a gateway of its own.
class KilledTest : public LossTest, public testing::WithParamInterface<std::tuple<Death, int>> {};

TEST_P(KilledTest, AtASaveOfAStep) {
  accept();
  LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
  progress.death = std::get<0>(GetParam());
  progress.at = std::get<1>(GetParam());
  attempt(progress);
  ASSERT_TRUE(progress.dead);
  finish();
  expect_invited("killed");
}

TEST_P(KilledTest, WhileItIsTakenBack) {
  accept();
  LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
  progress.death = std::get<0>(GetParam());
  progress.at = std::get<1>(GetParam());
  attempt(progress);
  start();
  auto item = *daemon->stores->outbox().item(id);
  item.state = store::ItemState::queued;  // as a start brings what was being sent back
  ASSERT_TRUE(daemon->stores->outbox().save(item, std::nullopt));
  cancel();
  finish();
  EXPECT_EQ(invitation().state, InvitationState::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
}

// checked, user_ready, token_ready, sending, sent
INSTANTIATE_TEST_SUITE_P(EachStep, KilledTest,
                         testing::Combine(testing::Values(Death::before, Death::after),
                                          testing::Range(0, 5)));

/// The n-th request of all meets this fate.
class LostTest : public LossTest, public testing::WithParamInterface<std::tuple<Fate, int>> {
 protected:
  void spoil() {
    platform.fate = [this](const auto&) { return next(); };
    gateway.fate = [this](const auto&) { return next(); };
  }
  Fate next() { return at_-- == 0 ? std::get<0>(GetParam()) : Fate::comes; }
  int at_ = std::get<1>(GetParam());
};

TEST_P(LostTest, AnAnswerOnTheWay) {
  accept();
  spoil();
  attempt();
  ASSERT_LT(at_, 0) << "there are fewer requests";
  finish();
  expect_invited("lost");
}

TEST_P(LostTest, AnAnswerWhileItIsTakenBack) {
  accept();
  gateway.status = 500;
  attempt();
  cancel();
  spoil();
  at_ = std::get<1>(GetParam()) % 2;  // the token, the user
  attempt();
  finish();
  EXPECT_EQ(invitation().state, InvitationState::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
}

// whose user, whose address, user, token, message
INSTANTIATE_TEST_SUITE_P(EachRequest, LostTest,
                         testing::Combine(testing::Values(Fate::lost, Fate::never_arrived),
                                          testing::Range(0, 5)));

TEST_F(LossTest, AMessageWhoseAnswerWasLostIsSentOnceMoreAndSaidSo) {
  accept();
  gateway.fate = [](const auto&) { return Fate::lost; };
  EXPECT_EQ(attempt().next, Next::retry);
  EXPECT_TRUE(invitation().maybe_sent);
  gateway.fate = [](const auto&) { return Fate::comes; };
  finish();
  EXPECT_EQ(gateway.messages.size(), 2u);
  expect_invited("twice");
}

TEST_F(LossTest, AMessageThatNeverLeftIsNoMessage) {
  accept();
  gateway.fate = [](const auto&) { return Fate::never_arrived; };
  EXPECT_EQ(attempt().next, Next::retry);
  gateway.fate = [](const auto&) { return Fate::comes; };
  finish();
  EXPECT_EQ(gateway.messages.size(), 1u);
  EXPECT_FALSE(invitation().maybe_sent);
}

TEST_F(LossTest, WhoCameByAMessageOfUnknownFateGetsNoSecond) {
  accept();
  LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
  progress.death = Death::before;
  progress.at = 4;  // sent, and not written down
  attempt(progress);
  ASSERT_EQ(gateway.messages.size(), 1u);
  platform.change(user_id(), "passwordHash", "*");
  finish();
  EXPECT_EQ(gateway.messages.size(), 1u);
  EXPECT_EQ(invitation().state, InvitationState::accepted);
}

TEST_F(LossTest, AStopInTheMiddleOfSendingIsWhatItIs) {
  accept();
  gateway_http.hold = true;
  LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
  auto item = *daemon->stores->outbox().item(id);
  auto task = daemon->operation.attempt(item, progress, stop.get_token());
  task.start();
  pump();
  ASSERT_FALSE(task.done());
  stop.request_stop();
  pump();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take().next, Next::stopping);
  stop = std::stop_source();
  gateway_http.hold = false;
  finish();
  EXPECT_TRUE(invitation().maybe_sent);
  expect_invited("stopped");
}

}  // namespace
}  // namespace icure::sync
