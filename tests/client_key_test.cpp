// icurectl key: what is sent of a private key, and what is said of it.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using support::Typed;
using testing::HasSubstr;

class KeyTest : public support::IcurectlWithPrograms {
 protected:
  nlohmann::json imported(const std::string& text, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"key", "import", write("key", text), "--owner", "o-1"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run(words,
                  [](const Json& request) {
                    return result_of(request, {{"fingerprint", "f-1"}, {"matches", true}});
                  }),
              Exit::ok);
    return sent()["params"];
  }
};

TEST_F(KeyTest, GoesInTheFormThatItHas) {
  EXPECT_EQ(imported("-----BEGIN\nabc\n\r\n"),
            nlohmann::json::parse(R"({"pkcs8":"-----BEGIN\nabc","owner":"o-1"})"));
  EXPECT_EQ(imported("30 82 AbCd\n"),
            nlohmann::json::parse(R"({"pkcs8":"30 82 AbCd","owner":"o-1"})"));
  EXPECT_EQ(imported("{\"kty\": \"RSA\"}"),
            nlohmann::json::parse(R"({"jwk":{"kty":"RSA"},"owner":"o-1"})"));
  EXPECT_EQ(imported(std::string("\x30\x82\x00\xff", 4)),
            nlohmann::json::parse(R"({"pkcs8":"308200ff","owner":"o-1"})"))
      << "DER is no text";
  EXPECT_EQ(imported("MIIE\n"), nlohmann::json::parse(R"({"pkcs8":"MIIE","owner":"o-1"})"));
  EXPECT_EQ(imported("ABCD-EFGH\n", {"--recovery"}),
            nlohmann::json::parse(R"({"recovery":"ABCD-EFGH","owner":"o-1"})"));
  EXPECT_THAT(out.str(), HasSubstr("imported f-1"));
}

TEST_F(KeyTest, MayComeInOnTheInput) {
  const Typed typed("MIIE\n");
  EXPECT_EQ(run({"key", "import", "-", "--owner", "o-1"},
                [](const Json& request) {
                  return result_of(request, {{"fingerprint", "f-1"}, {"matches", false}});
                }),
            Exit::failed);
  EXPECT_EQ(sent()["params"]["pkcs8"], "MIIE");
  EXPECT_THAT(out.str(), HasSubstr("not imported"));
}

TEST_F(KeyTest, WhatIsNoKeyIsNotSent) {
  EXPECT_EQ(run({"key", "import", file("none"), "--owner", "o-1"}), Exit::usage);
  EXPECT_EQ(run({"key", "import", write("key", "\r\n"), "--owner", "o-1"}), Exit::usage);
  constexpr std::size_t kMost = 64U << 10;
  EXPECT_EQ(run({"key", "import", write("key", std::string(kMost + 1, 'M')), "--owner", "o-1"}),
            Exit::usage);
  EXPECT_EQ(imported(std::string(kMost, 'M') + "\n")["pkcs8"].get<std::string>().size(), kMost);
}

TEST_F(KeyTest, ARefusalIsTold) {
  EXPECT_EQ(run({"key", "import", write("key", "MIIE"), "--owner", "o-1"},
                [](const Json& request) {
                  return support::error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "not_found"}}}});
                }),
            Exit::not_found);
}

TEST_F(KeyTest, TheyAreListedAndRemoved) {
  const auto none = [](const Json& request) {
    return result_of(request, {{"rows", Json::array()}});
  };
  EXPECT_EQ(run({"key", "list"}, none), Exit::ok);
  EXPECT_EQ(out.str(), "no keys\n");
  out.str("");
  run({"key", "list"}, [](const Json& request) {
    return result_of(request,
                     {{"rows", {{{"owner", "o-1"}, {"fingerprint", "f-1"}, {"opens", 3}}}}});
  });
  EXPECT_EQ(out.str(), "OWNER  FINGERPRINT  IMPORTED  OPENS\no-1    f-1                    3\n");
  run({"key", "remove", "f-1", "--owner", "o-1"}, none);
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"fingerprint":"f-1","owner":"o-1"})"));
  EXPECT_THAT(out.str(), HasSubstr("The key is gone"));
}

}  // namespace
}  // namespace icure::client
