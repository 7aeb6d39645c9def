// sync/rest.h: what is asked of the platform, and that a fault names nobody.
#include <gmock/gmock.h>

#include "sync/rest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/jwt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class RestTest : public ::testing::Test {
 protected:
  RestTest() {
    http.answer = [this](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
      if (!seen.target.starts_with("/rest/v2/auth/")) return reply;
      return fakes::reply_of(200, R"({"token":")" + support::jwt(clock.wall() + 1h, 1) + "\"}");
    };
  }
  template <class T>
  T finish(Task<T> task) {
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  std::string last() const { return http.seen.back().method + " " + http.seen.back().target; }

  fakes::FakeClock clock;
  fakes::FakeHttp http;
  HttpReply reply = fakes::reply_of(200, "[]");
  Session session{http, clock, {"me", "", [] { return Result<Secret>(Secret("password")); }}};
  Rest rest{session, 41};
  std::stop_source stop;
};

TEST_F(RestTest, WritesDocumentsOfEachKindWhereTheyBelong) {
  ASSERT_TRUE(finish(rest.create(Kind::user, R"({"id":"u1"})", stop.get_token())));
  EXPECT_EQ(last(), "POST /rest/v2/user");
  EXPECT_EQ(http.seen.back().body, R"({"id":"u1"})");
  ASSERT_TRUE(finish(rest.update(Kind::hcp, R"({"id":"h1"})", stop.get_token())));
  EXPECT_EQ(last(), "PUT /rest/v2/hcparty");
  ASSERT_TRUE(finish(rest.update(Kind::device, "{}", stop.get_token())));
  EXPECT_EQ(last(), "PUT /rest/v2/device");
  ASSERT_TRUE(finish(rest.remove(Kind::patient, "p/1", "3-x y", stop.get_token())));
  EXPECT_EQ(last(), "DELETE /rest/v2/patient/p%2F1?rev=3-x%20y");
  EXPECT_EQ(http.seen.back().body, "");
  reply = fakes::reply_of(409, "");
  const auto late = finish(rest.update(Kind::user, "{}", stop.get_token()));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().status, 409);
}

TEST_F(RestTest, APageOfUsersBeginsWhereTheOneBeforeEnded) {
  ASSERT_TRUE(finish(rest.users_page(std::nullopt, 10, stop.get_token())));
  EXPECT_EQ(last(), "GET /rest/v2/user?skipPatients=false&limit=10");
  const wire::NextPage next{"a b@x.test", "u/2"};
  ASSERT_TRUE(finish(rest.users_page(next, 5, stop.get_token())));
  EXPECT_EQ(last(),
            "GET /rest/v2/user?skipPatients=false&limit=5&startKey=a%20b%40x.test"
            "&startDocumentId=u%2F2");
  const wire::NextPage nameless{std::nullopt, "u2"};
  ASSERT_TRUE(finish(rest.users_page(nameless, 5, stop.get_token())));
  EXPECT_EQ(last(), "GET /rest/v2/user?skipPatients=false&limit=5&startDocumentId=u2");
}

TEST_F(RestTest, AnAnswerIsNewerThanItsQuestionAndBothThanWhatWasStored) {
  const auto first = finish(rest.current_user(stop.get_token()));
  ASSERT_TRUE(first);
  EXPECT_GT(first->asked, 41);
  EXPECT_GT(first->answered, first->asked);
  const auto second = finish(rest.hierarchy(stop.get_token()));
  EXPECT_GT(second->asked, first->answered);
  EXPECT_EQ(rest.requests(), 2u);
  EXPECT_EQ(rest.bytes(), 4u);
}

TEST_F(RestTest, AListThatIsAWebPageOrCutOffIsNone) {
  const auto match = [this](std::string body) {
    reply = fakes::reply_of(200, std::move(body));
    IdStream ids;
    return finish(rest.match(Kind::user, all_filter(Kind::user), ids, stop.get_token()));
  };
  EXPECT_TRUE(match(R"(["a","b"])"));
  EXPECT_EQ(rest.bytes(), 9u);
  EXPECT_EQ(match("<html>sign in</html>").error().cause, Cause::captive_portal);
  EXPECT_EQ(match(R"(["a",)").error().cause, Cause::bad_answer);
  EXPECT_EQ(match("").error().cause, Cause::bad_answer);
}

TEST_F(RestTest, AFaultSaysWhatWasAskedButNotOfWhom) {
  reply = fakes::reply_of(403, "");
  const auto by = finish(rest.user_by(store::Key::email, "anna@mail.test", stop.get_token()));
  EXPECT_EQ(by.error().message, "GET /rest/v2/user/byEmail answered 403");
  EXPECT_EQ(by.error().cause, Cause::permission);
  const auto of = finish(rest.users_of(Kind::patient, "p-secret", stop.get_token()));
  EXPECT_THAT(of.error().message, Not(HasSubstr("secret")));
  const wire::NextPage next{"anna@mail.test", "u2"};
  const auto page = finish(rest.users_page(next, 5, stop.get_token()));
  EXPECT_EQ(page.error().message, "GET /rest/v2/user answered 403");
  const auto ids = finish(rest.by_ids(Kind::hcp, {"h1"}, stop.get_token()));
  EXPECT_EQ(ids.error().message, "POST /rest/v2/hcparty/byIds answered 403");
}

TEST_F(RestTest, ASuccessThatIsNoAnswerIsAFault) {
  reply = fakes::reply_of(200, "<html>");
  reply.html = true;
  EXPECT_EQ(finish(rest.current_user(stop.get_token())).error().cause, Cause::captive_portal);
  reply = fakes::reply_of(204, "");
  EXPECT_EQ(finish(rest.current_user(stop.get_token())).error().cause, Cause::bad_answer);
}

}  // namespace
}  // namespace icure::sync
