// sync/session.h: logged in when needed, not more often.
#include <gtest/gtest.h>

#include "sync/session.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/jwt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using fakes::reply_of;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    http.answer = [this](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
      if (seen.target.starts_with("/rest/v2/auth/login")) {
        ++logins;
        if (login_status != 200) return reply_of(login_status, "");
        return reply_of(200, R"({"token":")" + support::jwt(clock.wall() + 1h, ++serial) +
                                 R"(","refreshToken":")" + support::jwt(clock.wall() + 24h, 0) +
                                 R"(","successful":true})");
      }
      if (seen.target == "/rest/v2/auth/refresh") {
        ++refreshes;
        if (refresh_status != 200) return reply_of(refresh_status, "");
        return reply_of(200, R"({"token":")" + support::jwt(clock.wall() + 1h, ++serial) +
                                 R"(","successful":true})");
      }
      if (refuse > 0) {
        --refuse;
        auto refused = reply_of(401, "");
        refused.required_auth_level = level;
        return refused;
      }
      return reply_of(200, "{}");
    };
  }

  Answer<HttpReply> ask() {
    HttpRequest request;
    request.target = "/rest/v2/user/current";
    auto task = session.send(std::move(request), stop.get_token());
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }

  fakes::FakeClock clock;
  fakes::FakeHttp http;
  std::stop_source stop;
  int logins = 0;
  int refreshes = 0;
  int serial = 0;
  int login_status = 200;
  int refresh_status = 200;
  int refuse = 0;
  std::optional<int> level;  // that a refusal wants
  Session session{
      http, clock, {"dr.vega", "grp blue", [] { return Result<Secret>(Secret("pass\"word")); }}};
};

TEST_F(SessionTest, LogsInOnceForManyRequests) {
  ASSERT_TRUE(ask());
  ASSERT_TRUE(ask());
  EXPECT_EQ(logins, 1);
  EXPECT_EQ(http.seen[0].target, "/rest/v2/auth/login?groupId=grp%20blue");
  EXPECT_EQ(http.seen[0].body, R"({"username":"dr.vega","password":"pass\"word"})");
  EXPECT_FALSE(http.seen[1].bearer.empty());
}

TEST_F(SessionTest, RefreshesHalfAMinuteBeforeTheTokenEnds) {
  ASSERT_TRUE(ask());
  clock.advance(1h - 31s);
  ASSERT_TRUE(ask());
  EXPECT_EQ(refreshes, 0);
  clock.advance(1s);
  ASSERT_TRUE(ask());
  EXPECT_EQ(refreshes, 1);
  EXPECT_EQ(logins, 1);
}

TEST_F(SessionTest, LogsInAgainWhenTheRefreshTokenHasEnded) {
  ASSERT_TRUE(ask());
  clock.advance(24h);
  ASSERT_TRUE(ask());
  EXPECT_EQ(refreshes, 0);
  EXPECT_EQ(logins, 2);
}

TEST_F(SessionTest, LogsInWhenTheRefreshIsRefused) {
  ASSERT_TRUE(ask());
  clock.advance(1h);
  refresh_status = 401;
  ASSERT_TRUE(ask());
  EXPECT_EQ(logins, 2);
}

TEST_F(SessionTest, DoesNotLogInBecauseTheServerFailsARefresh) {
  ASSERT_TRUE(ask());
  clock.advance(1h);
  refresh_status = 503;
  auto reply = ask();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().cause, Cause::server);
  EXPECT_EQ(logins, 1);
}

TEST_F(SessionTest, RenewsOnceWhenAnUnexpiredTokenIsForgotten) {
  ASSERT_TRUE(ask());
  refuse = 1;
  ASSERT_TRUE(ask());
  EXPECT_EQ(refreshes, 1);
  refuse = 5;
  auto reply = ask();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().cause, Cause::auth);
  EXPECT_EQ(refuse, 2) << "a refresh, then a login, not more";
}

TEST_F(SessionTest, NamesEveryWayThatALoginFails) {
  const std::vector<std::pair<int, Cause>> ways = {
      {401, Cause::auth},   {406, Cause::otp},           {412, Cause::auth},
      {417, Cause::otp},    {429, Cause::rate_limited},  {500, Cause::server},
      {503, Cause::server}, {404, Cause::wrong_url},     {403, Cause::auth},
      {407, Cause::proxy},  {511, Cause::captive_portal}};
  for (const auto& [status, cause] : ways) {
    login_status = status;
    auto reply = ask();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().cause, cause) << status;
  }
}

TEST_F(SessionTest, SharesOneLoginAmongRequestsThatStartTogether) {
  http.hold = true;
  HttpRequest first;
  HttpRequest second;
  auto one = session.send(std::move(first), stop.get_token());
  auto two = session.send(std::move(second), stop.get_token());
  one.start();
  two.start();
  http.release();
  ASSERT_TRUE(one.done() && two.done());
  EXPECT_EQ(logins, 1);
}

TEST_F(SessionTest, TrustsTheServersClockForLifetimes) {
  auto scripted = http.answer;
  http.answer = [this, scripted](const fakes::FakeHttp::Seen& seen) {
    auto reply = scripted(seen);
    if (reply) reply->date = clock.wall();
    return reply;
  };
  // The token ends in an hour by the server's clock, which the fake uses; ours jumps by a day.
  ASSERT_TRUE(ask());
  clock.set_wall(24h);
  ASSERT_TRUE(ask());
  EXPECT_EQ(logins + refreshes, 1);
}

TEST_F(SessionTest, KnowsWhetherThePasswordIsAnotherOneThanTheLastTried) {
  std::string password = "first";
  session.replace({"dr.vega", "", [&password]() -> Result<Secret> {
                     if (password.empty()) return Error{Code::io, "no such file"};
                     return Secret(password);
                   }});
  EXPECT_FALSE(session.password_changed()) << "none was tried";
  login_status = 401;
  EXPECT_FALSE(ask());
  EXPECT_FALSE(session.password_changed());
  password = "second";
  EXPECT_TRUE(session.password_changed());
  password.clear();
  EXPECT_FALSE(session.password_changed()) << "it cannot be read";
  EXPECT_FALSE(ask());
  EXPECT_FALSE(session.password_changed());
  password = "first";
  EXPECT_TRUE(session.password_changed());
}

TEST_F(SessionTest, TellsHowFarThePlatformsClockIsAhead) {
  EXPECT_FALSE(session.server_ahead());
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) {
    auto reply = answer(seen);
    reply->date = clock.wall() + 7min;
    return reply;
  };
  EXPECT_TRUE(ask());
  EXPECT_EQ(session.server_ahead(), 7min);
}

TEST_F(SessionTest, TheConfirmedTimeIsTheEarlierOfTheTwoClocks) {
  auto answer = http.answer;
  Millis ahead = 7min;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) {
    auto reply = answer(seen);
    reply->date = clock.wall() + ahead;
    return reply;
  };
  EXPECT_FALSE(session.time().now());
  EXPECT_TRUE(ask());
  EXPECT_EQ(session.time().now(), clock.wall()) << "ours is behind";
  ahead = -7min;
  EXPECT_TRUE(ask());
  EXPECT_EQ(session.time().now(), clock.wall() - 7min);
  const auto then = *session.time().now();
  clock.set_wall(std::chrono::hours(1000));
  clock.advance(1min);
  EXPECT_EQ(session.time().now(), then + 1min) << "set ahead without a line";
}

class FreshLoginTest : public SessionTest {
 protected:
  Answer<HttpReply> ask_fresh() {
    HttpRequest request;
    request.method = "POST";
    request.target = "/rest/v2/user/token/u1/k";
    request.new_token = Secret("value");
    auto task = session.send(std::move(request), stop.get_token(), Standing::fresh_login);
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }
};

TEST_F(FreshLoginTest, SentWithTheTokenOfALoginThatIsYoung) {
  ASSERT_TRUE(ask());
  ASSERT_TRUE(ask_fresh());
  EXPECT_EQ(logins, 1);
  EXPECT_EQ(http.seen.back().new_token, "value");
  clock.advance(4min + 30s);
  ASSERT_TRUE(ask_fresh());
  EXPECT_EQ(logins, 2);
  EXPECT_EQ(refreshes, 0);
}

TEST_F(FreshLoginTest, ARefreshIsNoLogin) {
  ASSERT_TRUE(ask());
  clock.advance(1h);
  ASSERT_TRUE(ask());
  EXPECT_EQ(refreshes, 1);
  ASSERT_TRUE(ask_fresh());
  EXPECT_EQ(logins, 2);
}

TEST_F(FreshLoginTest, ARefusalThatWantsMoreIsMetByALoginAtOnce) {
  ASSERT_TRUE(ask());
  refuse = 1;
  level = 20;
  ASSERT_EQ(ask_fresh()->status, 200);
  EXPECT_EQ(logins, 2);
  EXPECT_EQ(refreshes, 0);
}

TEST_F(FreshLoginTest, AndIsTheCallersToJudgeIfThatDoesNotHelp) {
  refuse = 10;
  level = 50;
  const auto reply = ask_fresh();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 401);
  EXPECT_EQ(reply->required_auth_level, 50);
  EXPECT_EQ(logins, 2);
  EXPECT_EQ(refuse, 8) << "asked no more than twice";
}

}  // namespace
}  // namespace icure::sync
