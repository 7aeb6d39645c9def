// icurectl login and auth: secrets come from the input, and sessions are shown.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using support::Typed;
using testing::HasSubstr;
using testing::Not;

using LoginTest = support::IcurectlWithPrograms;

support::Reaction logged_in(const nlohmann::json& request) {
  return result_of(request, {{"user", {{"id", "u-1"}, {"login", "anna"}}},
                             {"mode", "offline"},
                             {"session", "s-1"},
                             {"roles_fresh", false}});
}

TEST_F(LoginTest, PasswordAndCodeAreLinesOfTheInput) {
  const Typed typed("secret\n123456\n");
  EXPECT_EQ(run({"login", "anna"}, logged_in), Exit::ok);
  EXPECT_EQ(sent()["method"], "auth.login");
  EXPECT_EQ(sent()["params"],
            nlohmann::json::parse(R"({"login":"anna","password":"secret","otp":"123456"})"));
  EXPECT_THAT(out.str(), HasSubstr("logged in: anna (u-1), offline\n"));
  EXPECT_THAT(out.str(), HasSubstr("were not checked for long\nsession s-1\n"));
}

TEST_F(LoginTest, WithoutACodeNoneIsSent) {
  const Typed typed("secret\n");
  EXPECT_EQ(run({"auth", "login", "anna"},
                [](const Json& request) {
                  return support::error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "otp_needed"}}}});
                }),
            Exit::login_needed);
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"login":"anna","password":"secret"})"));
  EXPECT_EQ(daemon->requests().size(), 1u) << "nobody is there to be asked";
}

TEST_F(LoginTest, WithoutAPasswordNothingIsAsked) {
  EXPECT_EQ(run({"login", "anna"}), Exit::usage);
}

TEST_F(LoginTest, ASessionComesFromTheInputToo) {
  {
    const Typed typed("s-1\n");
    EXPECT_EQ(run({"auth", "current"},
                  [](const Json& request) {
                    return result_of(request, {{"user", {{"id", "u-1"}, {"name", "Anna"}}}});
                  }),
              Exit::ok);
  }
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"session":"s-1"})"));
  EXPECT_THAT(out.str(), HasSubstr("logged in: Anna (u-1)"));
  EXPECT_THAT(out.str(), Not(HasSubstr("session")));
  const Typed typed("s-2\n");
  EXPECT_EQ(run({"auth", "logout"},
                [](const Json& request) {
                  return support::error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "login_needed"}}}});
                }),
            Exit::login_needed);
  EXPECT_EQ(sent()["params"]["session"], "s-2");
}

TEST_F(LoginTest, SessionsAreListed) {
  run({"auth", "sessions"}, [](const Json& request) {
    return result_of(request, {{"rows", Json::array()}});
  });
  EXPECT_EQ(out.str(), "nobody is logged in\n");
  out.str("");
  run({"auth", "sessions"}, [](const Json& request) {
    return result_of(request, {{"rows",
                                {{{"id", "s-1"},
                                  {"user", "u-1"},
                                  {"program", "desk"},
                                  {"uid", 1000},
                                  {"mode", "online"}}}}});
  });
  EXPECT_THAT(out.str(), HasSubstr("s-1  u-1   desk     1000  online"));
}

}  // namespace
}  // namespace icure::client
