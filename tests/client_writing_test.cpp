// Verbs that write: what is asked, under which key, and what is told of it.
#include <iostream>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::error_of;
using support::result_of;
using WritingTest = support::Icurectl;

support::Reaction accept(const Json& request) {
  return result_of(request, {{"item",
                              {{"id", "i-1"},
                               {"op", request["method"]},
                               {"kind", "user"},
                               {"entity", "u-1"},
                               {"state", "queued"}}},
                             {"user", {{"id", "u-1"}}}});
}

TEST_F(WritingTest, OptionsAreMembersOfTheDocumentAndAKeyIsMade) {
  EXPECT_EQ(run({"user", "create", R"({"name":"A","roles":[]})", "--name", "B", "--device", "d-1"},
                accept),
            Exit::ok);
  auto params = sent()["params"];
  EXPECT_GE(params["key"].get<std::string>().size(), 36u);
  params.erase("key");
  EXPECT_EQ(params, nlohmann::json::parse(R"({"user":{"name":"B","roles":[],"deviceId":"d-1"}})"));
  const auto first = sent()["params"]["key"];
  run({"user", "create", "--name", "B"}, accept);
  EXPECT_NE(sent()["params"]["key"], first);
  EXPECT_EQ(sent()["params"]["user"], nlohmann::json::parse(R"({"name":"B"})"));
}

TEST_F(WritingTest, ADocumentMayComeOnTheInput) {
  std::istringstream input(R"({"email":null})");
  auto* before = std::cin.rdbuf(input.rdbuf());
  EXPECT_EQ(run({"user", "modify", "u-1", "-", "--key", "k", "--rev", "1-a"}, accept), Exit::ok);
  EXPECT_EQ(sent()["params"],
            nlohmann::json::parse(R"({"id":"u-1","patch":{"email":null},"key":"k","rev":"1-a"})"));
  std::istringstream nonsense("[1]");
  std::cin.rdbuf(nonsense.rdbuf());
  EXPECT_EQ(run({"user", "modify", "u-1", "-"}, accept), Exit::usage);
  EXPECT_TRUE(daemon->requests().empty());
  std::cin.rdbuf(before);
}

TEST_F(WritingTest, WhatIsNoJsonIsRefusedBeforeAnythingIsAsked) {
  for (const auto* word : {"{", "[]", "7", ""}) {
    EXPECT_TRUE(parse({"user", "create", word}).failure) << word;
  }
  EXPECT_TRUE(parse({"user", "token", "u-1"}).failure) << "a validity must be chosen";
  EXPECT_TRUE(parse({"outbox", "discard", "i-1"}).failure) << "a reason must be given";
}

TEST_F(WritingTest, PeopleAreToldWhatWasAcceptedAndWhereToLook) {
  run({"user", "disable", "u-1"}, accept);
  EXPECT_EQ(out.str(),
            "Accepted: user.disable of user u-1, queued\n"
            "  how it gets on: icurectl outbox show i-1\n");
}

TEST_F(WritingTest, WhereTheAnswerWasLostTheSameKeyTellsWhetherItWasAccepted) {
  const auto hang_up = [](const Json&) { return support::Reaction{"", true}; };
  EXPECT_EQ(run({"user", "disable", "u-1"}, hang_up), Exit::unreachable);
  const auto key = sent()["params"]["key"].get<std::string>();
  EXPECT_NE(err.str().find("may have been accepted"), std::string::npos);
  EXPECT_NE(err.str().find("--key " + key), std::string::npos);

  err.str("");
  run({"user", "disable", "u-1"}, [](const Json& request) {
    return error_of(request,
                    {{"code", -32000}, {"message", "no"}, {"data", {{"code", "conflict"}}}});
  });
  EXPECT_EQ(err.str().find("--key"), std::string::npos) << "a refusal is no doubt";
}

TEST_F(WritingTest, ATokenStandsAloneOnTheOutput) {
  const auto mint = [](const Json& request) { return result_of(request, {{"token", "T-1"}}); };
  EXPECT_EQ(run({"user", "token", "u-1", "--validity", "2d", "--key", "k"}, mint), Exit::ok);
  EXPECT_EQ(out.str(), "T-1\n");
  EXPECT_EQ(err.str(), "shown once and kept nowhere; to replace it: --key k\n");
  EXPECT_EQ(sent()["params"],
            nlohmann::json::parse(R"({"id":"u-1","validity_s":172800,"key":"k"})"));
  out.str("");
  run({"--json", "user", "token", "u-1", "--validity", "2d"}, mint);
  EXPECT_EQ(out.str(), "{\"schema\":1,\"token\":\"T-1\"}\n");
}

}  // namespace
}  // namespace icure::client
