// sync/connection.h: every state and event, when the line is asked again, and that nothing holds it
// for ever.
#include <gtest/gtest.h>

#include "sync/connection.h"
#include "tests/fakes/fake_clock.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr Millis kStart = 5h;

class ConnectionTest : public ::testing::Test {
 protected:
  using E = LineEvent;
  using S = LineState;

  static Cause cause_of(E event) {
    if (event == E::line_failed) return Cause::connect;
    if (event == E::login_failed) return Cause::auth;
    return event == E::told_to_wait ? Cause::rate_limited : Cause::none;
  }
  bool happened(E event, Millis wait = 90s) {
    return line->happened(event, now, cause_of(event), wait);
  }
  /// Brings `line` into a state by the shortest way.
  void enter(S state) {
    line.emplace(random);
    switch (state) {
      case S::starting:
        return;
      case S::online:
        return void(happened(E::answered));
      case S::outage:
        return void(happened(E::line_failed));
      case S::login_refused:
        return void(happened(E::login_failed));
      case S::quiet:
        return void(happened(E::told_to_wait));
      case S::paused:
        return void(happened(E::pause, 24h));
    }
  }
  /// The clock goes on until the line is to be asked, and it is.
  Millis ask() {
    const auto waited = line->ask_at() - now;
    now = std::max(now, line->ask_at());
    happened(E::due);
    return waited;
  }

  SystemRandom random;
  std::optional<Connection> line{std::in_place, random};
  Millis now = kStart;
};

constexpr int kCauses = static_cast<int>(Cause::stopping) + 1;
constexpr auto kState = [](int n) { return static_cast<LineState>(n); };
constexpr auto kEvent = [](int n) { return static_cast<LineEvent>(n); };

/// What is meant, written down apart from how it is done.
LineState meant(LineState state, LineEvent event) {
  if (event == LineEvent::pause) return LineState::paused;
  if (state == LineState::paused) {
    const bool over = event == LineEvent::resume || event == LineEvent::due;
    return over ? LineState::starting : LineState::paused;
  }
  if (state == LineState::quiet) {
    return event == LineEvent::due ? LineState::outage : LineState::quiet;
  }
  switch (event) {
    case LineEvent::answered:
      return LineState::online;
    case LineEvent::line_failed:
      return LineState::outage;
    case LineEvent::login_failed:
      return LineState::login_refused;
    case LineEvent::told_to_wait:
      return LineState::quiet;
    default:
      return state;
  }
}

TEST_F(ConnectionTest, HasAnOutcomeForEveryStateAndEvent) {
  for (int s = 0; s < kLineStates; ++s) {
    for (int e = 0; e < kLineEvents; ++e) {
      SCOPED_TRACE("state " + std::to_string(s) + ", event " + std::to_string(e));
      enter(kState(s));
      ASSERT_EQ(line->state(), kState(s));
      if (kEvent(e) == E::due) now = std::max(now, line->ask_at());
      // A failure counts when a question was due, see ManyRequestsThatFailTogetherCountOnce.
      if (kState(s) == S::outage || kState(s) == S::login_refused) ask();
      happened(kEvent(e));
      EXPECT_EQ(line->state(), meant(kState(s), kEvent(e)));
      const auto view = line->view();
      EXPECT_EQ(view.online, line->state() == S::online);
      EXPECT_EQ(view.known, line->state() != S::starting);
      const bool has_cause = view.cause != Cause::none;
      EXPECT_EQ(has_cause, view.known && !view.online);
      EXPECT_LE(line->ask_at() - now, line->state() == S::paused ? 24h : 66min);
    }
  }
}

TEST_F(ConnectionTest, LeavesEveryStateWhenTimeGoesOnAndThePlatformAnswers) {
  for (int s = 0; s < kLineStates; ++s) {
    SCOPED_TRACE("state " + std::to_string(s));
    enter(kState(s));
    ask();
    happened(E::answered);
    EXPECT_TRUE(line->view().online);
  }
}

TEST_F(ConnectionTest, IsHeldForEverByNoTwoCausesThatTakeTurns) {
  constexpr std::array kEvents = {E::line_failed, E::login_failed, E::told_to_wait};
  for (const auto first : kEvents) {
    for (const auto second : kEvents) {
      SCOPED_TRACE(std::to_string(int(first)) + " and " + std::to_string(int(second)));
      line.emplace(random);
      int asked = 0;
      for (const auto end = now + 24h; now < end; ++asked) {
        happened(asked % 2 == 0 ? first : second);
        EXPECT_LE(ask(), 66min);
      }
      EXPECT_GT(asked, 20) << "it goes on asking";
      EXPECT_LT(asked, 2'000) << "and never in a hurry for long";
      happened(E::answered);
      EXPECT_TRUE(line->view().online);
    }
  }
}

TEST_F(ConnectionTest, EveryCauseHasAWordAndWhatHelps) {
  for (int c = 0; c < kCauses; ++c) {
    const auto cause = static_cast<Cause>(c);
    EXPECT_EQ(cause_named(word_of(cause)), cause);
    if (cause == Cause::none || cause == Cause::stopping) continue;
    EXPECT_FALSE(explain(cause).text.empty());
    EXPECT_FALSE(explain(cause).hint.empty());
  }
}

TEST_F(ConnectionTest, TellsNewsOnce) {
  EXPECT_TRUE(happened(E::answered));
  EXPECT_FALSE(happened(E::answered));
  EXPECT_TRUE(line->happened(E::line_failed, now, Cause::dns));
  ask();
  EXPECT_FALSE(line->happened(E::line_failed, now, Cause::dns));
  ask();
  EXPECT_TRUE(line->happened(E::line_failed, now, Cause::tls)) << "another cause is news";
  EXPECT_EQ(line->view().cause, Cause::tls);
}

TEST_F(ConnectionTest, AsksWithinASecondAfterTheFirstFailure) {
  enter(S::online);
  happened(E::line_failed);
  EXPECT_LE(line->ask_at() - now, 1s);
}

TEST_F(ConnectionTest, AsksAnOutageWithinTwentySecondsForAnHourThenOnceAMinute) {
  enter(S::outage);
  while (now < kStart + 1h) {
    const auto asked_before = now;
    ask();
    EXPECT_LE(now - asked_before, 18s) << "also when the question before was swallowed";
    now += 15s;  // until it is given up
    happened(E::line_failed);
  }
  ask();
  now += 15s;
  happened(E::line_failed);
  EXPECT_GE(line->ask_at() - now, 54s);
  EXPECT_LE(line->ask_at() - now, 66s);
}

TEST_F(ConnectionTest, ManyRequestsThatFailTogetherCountOnce) {
  enter(S::online);
  happened(E::line_failed);
  const auto ask_at = line->ask_at();
  for (int i = 0; i < 1000; ++i) {
    now += 1ms;
    EXPECT_FALSE(line->happened(E::line_failed, now, i % 2 ? Cause::timeout : Cause::dns));
  }
  EXPECT_EQ(line->ask_at(), ask_at);
  EXPECT_EQ(line->view().cause, Cause::connect);
  ask();
  for (int i = 0; i < 1000; ++i) happened(E::line_failed);
  EXPECT_LE(line->ask_at() - now, 2s) << "the second failure, not the thousandth";
}

TEST_F(ConnectionTest, DoesNotHurryARefusedLogin) {
  enter(S::login_refused);
  for (const auto about : {30000ms, 120000ms, 600000ms, 3600000ms, 3600000ms}) {
    EXPECT_GE(line->ask_at() - now, about * 9 / 10);
    EXPECT_LE(line->ask_at() - now, about * 11 / 10);
    ask();
    happened(E::login_failed);
  }
  happened(E::network_changed);
  EXPECT_GT(line->ask_at() - now, 50min) << "the network is not what is wrong";
}

TEST_F(ConnectionTest, TriesAnotherSecretAtOnceAndIsPatientAgainWithThatOne) {
  enter(S::login_refused);
  for (int i = 0; i < 5; ++i) {
    ask();
    happened(E::login_failed);
  }
  now += 1min;
  happened(E::settings_changed);
  EXPECT_EQ(line->ask_at(), now);
  ask();
  happened(E::login_failed);
  EXPECT_LE(line->ask_at() - now, 33s);
}

TEST_F(ConnectionTest, ARefusedLoginAfterALongOutageIsAskedAgainSoon) {
  enter(S::outage);
  for (int i = 0; i < 50; ++i) {
    ask();
    happened(E::line_failed);
  }
  ask();
  happened(E::login_failed);
  EXPECT_LE(line->ask_at() - now, 33s);
}

TEST_F(ConnectionTest, ObeysARequestForQuietButNotForEver) {
  enter(S::online);
  happened(E::told_to_wait, 90s);
  EXPECT_GE(line->ask_at() - now, 90s);
  EXPECT_LE(line->ask_at() - now, 91s);
  happened(E::network_changed);
  happened(E::settings_changed);
  happened(E::answered);
  EXPECT_EQ(line->state(), S::quiet);
  EXPECT_GE(line->ask_at() - now, 90s);
  ask();
  happened(E::told_to_wait, 24h);
  EXPECT_LE(line->ask_at() - now, 1h + 1s);
  happened(E::told_to_wait, 0s);
  EXPECT_GE(line->ask_at() - now, 30s) << "it did not say how long";
}

TEST_F(ConnectionTest, AsksAtOnceWhenTheNetworkChangesButNotForEachOfManyNews) {
  enter(S::outage);
  for (int i = 0; i < 20; ++i) {
    ask();
    happened(E::line_failed);
  }
  now += 3s;
  happened(E::network_changed);
  EXPECT_LE(line->ask_at(), now);
  int asked = 0;
  for (const auto end = now + 1min; now < end; now += 50ms) {
    happened(E::network_changed);
    if (line->ask_at() > now) continue;
    ++asked;
    happened(E::due);
    happened(E::line_failed);
  }
  EXPECT_LE(asked, 90) << "1,200 pieces of news";
  enter(S::online);
  asked = 0;
  for (const auto end = now + 1min; now < end; now += 50ms) {
    happened(E::network_changed);
    if (line->ask_at() > now) continue;
    ++asked;
    happened(E::due);
    happened(E::answered);
  }
  EXPECT_LE(asked, 7);
}

TEST_F(ConnectionTest, IsAskedLessOftenWhileThePlatformPings) {
  enter(S::online);
  const auto asked = now;
  EXPECT_EQ(line->ask_at(), now + 30s) << "who never pings is asked";
  while (line->ask_at() > now) {
    now += 5s;
    line->pinged(now);
  }
  EXPECT_EQ(now - asked, 2min) << "it may ping and answer nothing";
  happened(E::due);
  happened(E::answered);
  line->pinged(now += 5s);
  EXPECT_EQ(line->ask_at(), now + 30s) << "and soon when the pings end";
}

TEST_F(ConnectionTest, NoPingPutsOffWhatThereIsAReasonToAsk) {
  enter(S::online);
  now += 20s;
  line->pinged(now);
  happened(E::network_changed);
  const auto soon = line->ask_at();
  EXPECT_EQ(soon, now);
  line->pinged(now);
  EXPECT_EQ(line->ask_at(), soon);
  enter(S::outage);
  const auto next = line->ask_at();
  line->pinged(now);
  EXPECT_EQ(line->ask_at(), next);
  EXPECT_EQ(line->state(), S::outage) << "only an answer ends it";
}

TEST_F(ConnectionTest, APauseEndsByAPersonOrByItself) {
  enter(S::paused);
  EXPECT_EQ(line->view().cause, Cause::paused);
  EXPECT_EQ(line->ask_at() - now, 24h);
  happened(E::settings_changed);
  EXPECT_EQ(line->ask_at() - now, 24h);
  happened(E::resume);
  EXPECT_EQ(line->state(), S::starting);
  EXPECT_EQ(line->ask_at(), now);
  enter(S::paused);
  EXPECT_EQ(ask(), 24h);
  EXPECT_EQ(line->state(), S::starting);
}

TEST_F(ConnectionTest, IsBoundedOverAWeekOfOutage) {
  int attempts = 0;
  enter(S::outage);
  for (const auto end = now + 7 * 24h; now < end; ++attempts) {
    ask();
    happened(E::line_failed);
  }
  RecordProperty("attempts", attempts);
  // An hour at about 9 s, then a minute each.
  EXPECT_LT(attempts, 11'500);
  EXPECT_GT(attempts, 9'500);
}

TEST_F(ConnectionTest, IsBoundedOverAWeekOfARefusedLogin) {
  int attempts = 0;
  enter(S::login_refused);
  for (const auto end = now + 7 * 24h; now < end; ++attempts) {
    ask();
    happened(E::login_failed);
  }
  RecordProperty("attempts", attempts);
  EXPECT_LT(attempts, 200);
  EXPECT_GT(attempts, 150);
}

}  // namespace
}  // namespace icure::sync
