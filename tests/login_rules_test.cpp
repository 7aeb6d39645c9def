// The rules of logins that need no store: time, lockout, passwords, what a document tells.
#include <gtest/gtest.h>

#include "sync/login/latest_time.h"
#include "sync/login/lockout.h"
#include "sync/login/login_user.h"
#include "sync/login/platform_login.h"
#include "sync/login/scrypt.h"
#include "sync/login/sessions.h"
#include "tests/fakes/fake_clock.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

TEST(LatestTimeTest, NeverGoesBackWhoeverSetsTheClock) {
  fakes::FakeClock clock;
  const auto begin = clock.wall();
  LatestTime time(clock, std::nullopt);
  clock.advance(1h);
  EXPECT_EQ(time.now(), begin + 1h);
  clock.set_wall(-48h);
  EXPECT_EQ(time.now(), begin + 1h);
  clock.advance(10min);
  EXPECT_EQ(time.now(), begin + 1h + 10min) << "it goes on while the clock is behind";
  EXPECT_EQ(LatestTime(clock, begin + 2h).now(), begin + 2h) << "after a restart too";
}

TEST(LatestTimeTest, BelievesThePlatformAboutATimeThatIsFarAhead) {
  fakes::FakeClock clock;
  const auto begin = clock.wall();
  LatestTime time(clock, begin + 365 * 24h);  // somebody had set the clock ahead
  time.heard(begin + 1min);
  EXPECT_EQ(time.now(), begin + 1min);
  time.heard(begin + 3h);
  EXPECT_EQ(time.now(), begin + 3h);
  time.heard(begin);
  EXPECT_EQ(time.now(), begin + 3h) << "an hour is no reason to go back";
}

TEST(LatestTimeTest, WhatWasDatedInTheFutureIsNotYoung) {
  const WallTime now(1'790'000'000'000ms);
  EXPECT_TRUE(is_young(now - 3h, now, 3h));
  EXPECT_FALSE(is_young(now - 3h - 1ms, now, 3h));
  EXPECT_TRUE(is_young(now + 1min, now, 3h));
  EXPECT_FALSE(is_young(now + 1h, now, 3h));
}

TEST(LockoutTest, LocksAtTheLastFailureAndForgivesAfterwards) {
  const LockoutRule rule{3, 15min};
  const WallTime start(1'790'000'000'000ms);
  store::LoginFailures failures;
  failures = after_failure(failures, start, rule);
  failures = after_failure(failures, start + 1min, rule);
  EXPECT_FALSE(locked_for(failures, start + 1min));
  failures = after_failure(failures, start + 2min, rule);
  EXPECT_EQ(locked_for(failures, start + 2min), 15min);
  EXPECT_EQ(locked_for(failures, start + 16min), 1min);
  EXPECT_FALSE(locked_for(failures, start + 17min));
  failures = after_failure(failures, start + 18min, rule);
  EXPECT_EQ(failures.count, 1) << "a lock that is over begins anew";
  failures = after_failure(failures, start + 40min, rule);
  EXPECT_EQ(failures.count, 1) << "as does a long time without";
}

TEST(ScryptTest, AcceptsThePasswordAndNoOther) {
  const store::ScryptCost cheap{16, 1, 1};
  const Secret password(std::string_view("correct horse"));
  // RFC 7914, section 12: scrypt("", "", 16, 1, 1).
  EXPECT_EQ(scrypt_digest(Secret(), "", cheap).substr(0, 4), "\x77\xd6\x57\x62");
  store::Verifier verifier;
  verifier.cost = cheap;
  verifier.salt = "salt";
  verifier.digest = scrypt_digest(password, verifier.salt, cheap);
  EXPECT_TRUE(accepts(verifier, password));
  EXPECT_FALSE(accepts(verifier, Secret(std::string_view("correct horsf"))));
  verifier.salt = "sale";
  EXPECT_FALSE(accepts(verifier, password));
  verifier.cost = {std::uint64_t{1} << 40, 8, 1};
  EXPECT_FALSE(accepts(verifier, password)) << "a cost beyond all memory opens nothing";
  verifier.digest.clear();
  EXPECT_FALSE(accepts(verifier, password));
}

TEST(SessionTokenTest, IsLongAndKeptAsADigestOnly) {
  SystemRandom random;
  const auto one = new_session_token(random);
  const auto other = new_session_token(random);
  EXPECT_EQ(one.size(), 64u);
  EXPECT_FALSE(one.equals(other));
  EXPECT_EQ(digest_of(one.reveal()).size(), 32u);
  EXPECT_NE(digest_of(one.reveal()), digest_of(other.reveal()));
}

TEST(OtpTest, SeesWhereAPasswordMayHoldACode) {
  EXPECT_TRUE(may_hold_code(Secret(std::string_view("secret|123456"))));
  EXPECT_FALSE(may_hold_code(Secret(std::string_view("secret|horse"))));
  EXPECT_FALSE(may_hold_code(Secret(std::string_view("secret123456"))));
  EXPECT_FALSE(may_hold_code(Secret(std::string_view("secret|12345678901"))));
}

TEST(LoginUserTest, ReadsWhatALoginNeeds) {
  const auto user = read_login_user(
      R"({"id":"u1","login":"Anna","email":"a@x.test","mobilePhone":"+32 2 555 01 02"})");
  ASSERT_TRUE(user);
  EXPECT_TRUE(user->active) << "no status is an active one";
  for (const auto* name : {"u1", "Anna", "a@x.test", "0032 2555-0102", "+3225550102"}) {
    const bool zeros = std::string_view(name).starts_with("00");
    EXPECT_EQ(goes_by(*user, name), !zeros) << name;
  }
  EXPECT_FALSE(goes_by(*user, "anna")) << "the platform tells capitals apart";
  EXPECT_FALSE(goes_by(*user, "")) << "an empty name is nobody's";
  EXPECT_FALSE(read_login_user(R"({"id":"u1","status":"DISABLED"})")->active);
  EXPECT_FALSE(read_login_user(R"({"id":"u1","deletionDate":1})")->active);
  EXPECT_FALSE(read_login_user(R"({"login":"x"})"));
  EXPECT_FALSE(read_login_user("["));
}

TEST(LoginUserTest, MarksTheWayToLogInAndNothingElse) {
  const auto mark = [](const char* json) { return read_login_user(json)->mark; };
  const auto before = mark(R"({"id":"u1","passwordHash":"*","roles":[],"rev":"1"})");
  EXPECT_EQ(mark(R"({"id":"u1","passwordHash":"*","roles":["a"],"rev":"2"})"), before);
  EXPECT_NE(mark(R"({"id":"u1","roles":[]})"), before);
  EXPECT_NE(mark(R"({"id":"u1","passwordHash":"abc"})"), before);
  EXPECT_NE(mark(R"({"id":"u1","passwordHash":"*","use2fa":true})"), before);
}

}  // namespace
}  // namespace icure::sync
