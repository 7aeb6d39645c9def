// sync/user_calls.h: what is asked about users, and that nothing but a success counts as one.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sync/user_calls.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/jwt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using fakes::reply_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class UserCallsTest : public ::testing::Test {
 protected:
  UserCallsTest() {
    http.answer = [this](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
      if (seen.target.starts_with("/rest/v2/auth/")) {
        return reply_of(200, R"({"token":")" + support::jwt(clock.wall() + 1h, 1) + "\"}");
      }
      if (fault) return Fault{*fault, 0, "as the test wants"};
      return reply;
    };
  }

  template <class T>
  T finish(Task<T> task) {
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  auto ids_of(Kind kind, const std::string& owner) {
    return finish(users.ids_of_owner(kind, owner, stop.get_token()));
  }
  auto holder_of(store::Key key, const std::string& contact) {
    return finish(users.holder_of(key, contact, stop.get_token()));
  }
  auto read(const std::string& id) { return finish(users.read(id, stop.get_token())); }
  auto set_token() {
    return finish(users.set_token("u/1", "icure syncd", Secret("s3cret"), 48h, stop.get_token()));
  }
  void answers(int status, std::string body) { reply = reply_of(status, std::move(body)); }
  const fakes::FakeHttp::Seen& last() const { return http.seen.back(); }

  fakes::FakeClock clock;
  fakes::FakeHttp http;
  HttpReply reply = reply_of(200, "[]");
  std::optional<Cause> fault;
  Session session{http, clock, {"me", "", [] { return Result<Secret>(Secret("password")); }}};
  Rest rest{session, 0};
  UserCalls users{session, rest};
  std::stop_source stop;
};

TEST_F(UserCallsTest, AsksWhoStandsForAPatientOrAProfessional) {
  answers(200, R"(["u1","u2"])");
  const auto ids = ids_of(Kind::patient, "p/1");
  ASSERT_TRUE(ids);
  EXPECT_THAT(*ids, ElementsAre("u1", "u2"));
  EXPECT_EQ(last().method, "GET");
  EXPECT_EQ(last().target, "/rest/v2/user/byPatientId/p%2F1");
  ASSERT_TRUE(ids_of(Kind::hcp, "h1"));
  EXPECT_EQ(last().target, "/rest/v2/user/byHealthcarePartyId/h1");
}

// Read as "nobody stands for it", any of these would make a second user for the same person.
TEST_F(UserCallsTest, WhatIsNoListOfIdsIsNotAnEmptyOne) {
  for (const auto* body : {"", "null", "{}", R"({"rows":[]})", R"(["u1",7])", R"(["u1")"}) {
    answers(200, body);
    const auto ids = ids_of(Kind::patient, "p1");
    ASSERT_FALSE(ids) << body;
    EXPECT_EQ(ids.error().cause, Cause::bad_answer) << body;
  }
  answers(200, "[]");
  reply.html = true;
  EXPECT_EQ(ids_of(Kind::patient, "p1").error().cause, Cause::captive_portal);
  fault = Cause::timeout;
  EXPECT_EQ(ids_of(Kind::patient, "p1").error().cause, Cause::timeout);
}

TEST_F(UserCallsTest, AContactIsFreeOnlyIfThePlatformSaysSo) {
  answers(200, R"({"id":"u1","rev":"1-x"})");
  EXPECT_EQ(*holder_of(store::Key::email, "a@x.test"), "u1");
  EXPECT_EQ(last().target, "/rest/v2/user/byEmail/a%40x.test");
  answers(404, "");
  EXPECT_EQ(*holder_of(store::Key::phone, "+32475123456"), "");
  EXPECT_EQ(last().target, "/rest/v2/user/byPhoneNumber/%2B32475123456");
  answers(403, "");
  EXPECT_EQ(holder_of(store::Key::email, "a@x.test").error().cause, Cause::permission);
  for (const auto* body : {"", "[]", "{}", R"({"id":7})"}) {
    answers(200, body);
    const auto holder = holder_of(store::Key::email, "a@x.test");
    ASSERT_FALSE(holder) << body;
    EXPECT_EQ(holder.error().cause, Cause::bad_answer) << body;
  }
}

TEST_F(UserCallsTest, ReadsOneUserAndTellsOfOneThatNeverWas) {
  answers(200, R"([{"id":"u2","rev":"1-x"},{"id":"u1","rev":"4-x","deletionDate":1}])");
  const auto found = read("u1");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->value(), HasSubstr("4-x")) << "also a deleted one";
  EXPECT_EQ(last().target, "/rest/v2/user/byIds");
  EXPECT_EQ(last().body, R"({"ids":["u1"]})");
  EXPECT_EQ(*read("u3"), std::nullopt);
  answers(200, "{}");
  EXPECT_FALSE(read("u1"));
  answers(503, "");
  EXPECT_EQ(read("u1").error().cause, Cause::server);
}

TEST_F(UserCallsTest, SetsATokenWhoseValueIsInNoTarget) {
  for (const int status : {200, 204}) {
    answers(status, "");
    ASSERT_TRUE(set_token()) << status;
  }
  EXPECT_EQ(last().method, "POST");
  EXPECT_EQ(last().target, "/rest/v2/user/token/u%2F1/icure%20syncd?tokenValidity=172800");
  EXPECT_EQ(last().new_token, "s3cret");
  EXPECT_FALSE(last().bearer.empty());
}

TEST_F(UserCallsTest, ATokenThatWasRefusedIsNotSet) {
  answers(403, "");
  const auto refused = set_token();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::permission);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("u/1")));
  answers(302, "");
  EXPECT_EQ(set_token().error().cause, Cause::captive_portal);
  fault = Cause::connect;
  EXPECT_EQ(set_token().error().cause, Cause::connect);
}

// platform: a 401 to this is about the login, not about the request.
TEST_F(UserCallsTest, ATokenTakesAFreshLogin) {
  answers(204, "");
  ASSERT_TRUE(set_token());
  const auto logins = [this] {
    return std::count_if(http.seen.begin(), http.seen.end(),
                         [](const auto& seen) { return seen.target.ends_with("/auth/login"); });
  };
  EXPECT_EQ(logins(), 1);
  clock.advance(10min);
  ASSERT_TRUE(set_token());
  EXPECT_EQ(logins(), 2);
  answers(200, "[]");
  clock.advance(10min);
  ASSERT_TRUE(ids_of(Kind::patient, "p1"));
  EXPECT_EQ(logins(), 2) << "any token is good enough to look";
}

}  // namespace
}  // namespace icure::sync
