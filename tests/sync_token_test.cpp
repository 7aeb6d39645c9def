// sync/token.h: what a login says and what it answers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/token.h"
#include "tests/support/jwt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

const WallTime kExpires{1'790'000'000s};

TEST(TokenTest, AnyNameAndPasswordArriveAsTheyAre) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const auto& password :
       {all, std::string("é日本🩺"), std::string(), std::string("\"}{\\")}) {
    const auto body = login_body("dr.\"vega\"\\\n", Secret(password));
    const auto json = Json::parse(body.reveal(), nullptr, false);
    ASSERT_TRUE(json.is_object());
    EXPECT_EQ(json["username"], "dr.\"vega\"\\\n");
    EXPECT_EQ(json["password"], password);
    EXPECT_EQ(json.size(), 2u);
  }
}

TEST(TokenTest, ReadsWhatATokenSaysOfItself) {
  const auto claims = claims_of(support::jwt(kExpires, 1, R"(,"u":"u1","tac":50)"));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->expires, kExpires);
  EXPECT_EQ(claims->user, "u1");
  EXPECT_EQ(claims->level, 50);
  const auto few = claims_of(support::jwt(kExpires, 1, R"(,"u":7,"tac":"x")"));
  ASSERT_TRUE(few);
  EXPECT_EQ(few->user, "");
  EXPECT_EQ(few->level, std::nullopt);
  // Base64 has each of its three endings, and both letters that differ in URLs.
  for (std::size_t size = 0; size < 6; ++size) {
    const auto name = std::string("~~~>>>?>?") + std::string(size, 'x');
    EXPECT_EQ(claims_of(support::jwt(kExpires, 1, R"(,"u":")" + name + "\""))->user, name);
  }
}

TEST(TokenTest, WhatIsNoTokenSaysNothing) {
  const auto good = support::jwt(kExpires, 1);
  for (const auto& bad :
       {std::string(), std::string("abc"), std::string("a.b"), std::string("a.!!.c"),
        std::string(".."), good.substr(0, good.rfind('.')),
        "a." + support::base64url(R"({"exp":"soon"})") + ".c",
        "a." + support::base64url(R"({"n":1})") + ".c", "a." + support::base64url("[1]") + ".c"}) {
    EXPECT_FALSE(claims_of(bad)) << bad;
  }
  EXPECT_TRUE(claims_of("a." + support::base64url(R"({"exp":99999999999999999})") + ".c"))
      << "a hostile year is bounded";
}

TEST(TokenTest, ALoginAnswersWithATokenAndPerhapsOneToRenewItBy) {
  const auto token = support::jwt(kExpires, 1);
  const auto refresh = support::jwt(kExpires + 24h, 2);
  const auto both = parse_tokens(Json{{"token", token}, {"refreshToken", refresh}}.dump());
  ASSERT_TRUE(both);
  EXPECT_EQ(both->token.reveal(), token);
  EXPECT_EQ(both->token_expires, kExpires);
  EXPECT_EQ(both->refresh_token.reveal(), refresh);
  EXPECT_EQ(both->refresh_expires, kExpires + 24h);
  EXPECT_TRUE(parse_tokens(Json{{"token", token}}.dump())->refresh_token.empty());
  EXPECT_TRUE(
      parse_tokens(Json{{"token", token}, {"refreshToken", "x"}}.dump())->refresh_token.empty())
      << "without an expiry it is of no use";
  for (const auto* bad : {"", "[]", "{}", R"({"token":7})", R"({"token":"x"})"}) {
    const auto parsed = parse_tokens(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().cause, Cause::bad_answer) << bad;
  }
}

}  // namespace
}  // namespace icure::sync
