// What the page may ask of the daemon, and how the answer comes back to it.
#include "ipc/client/dashboard/calls.h"
#include "tests/support/fake_daemon.h"

namespace icure::dashboard {
namespace {

using nlohmann::json;
using support::FakeDaemon;
using support::Reaction;
using support::result_of;

class CallsTest : public testing::Test {
 protected:
  Answer passed_on(const json& body, FakeDaemon::Script script) {
    daemon.emplace(std::move(script));
    client::Options options;
    options.socket = daemon->path();
    return pass_on(options, body.is_string() ? body.get<std::string>() : body.dump());
  }
  std::optional<FakeDaemon> daemon;
};

TEST_F(CallsTest, WhatIsOnTheListIsPassedOnAsItWasAsked) {
  const auto answer =
      passed_on({{"method", "outbox.hold"}, {"params", {{"id", "i-1"}}}}, [](const json& request) {
        return result_of(request, {{"item", {{"id", "i-1"}, {"state", "held"}}}});
      });
  EXPECT_EQ(daemon->requests().at(0)["method"], "outbox.hold");
  EXPECT_EQ(daemon->requests().at(0)["params"], json::parse(R"({"id":"i-1"})"));
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.type, "application/json");
  EXPECT_EQ(json::parse(answer.body),
            json::parse(R"({"result":{"item":{"id":"i-1","state":"held"}}})"));
}

TEST_F(CallsTest, ACallWithoutParamsHasNone) {
  passed_on({{"method", "daemon.status"}},
            [](const json& request) { return result_of(request, json::object()); });
  EXPECT_EQ(daemon->requests().at(0)["params"], json::object());
}

TEST_F(CallsTest, NothingElseReachesTheDaemon) {
  const auto never = [](const json& request) { return result_of(request, nullptr); };
  for (const json& body : {json{{"method", "user.list"}}, json{{"method", "store.rekey"}},
                           json{{"method", "outbox.hold "}}, json{{"method", ""}}}) {
    const auto answer = passed_on(body, never);
    EXPECT_EQ(answer.status, 403u) << body;
    EXPECT_EQ(answer.body, "The dashboard does not pass this on.");
    EXPECT_TRUE(daemon->requests().empty());
  }
}

TEST_F(CallsTest, WhatIsNoCallIsRefused) {
  const auto never = [](const json& request) { return result_of(request, nullptr); };
  for (const json& body : {json(""), json("{"), json::array(), json::object(), json{{"method", 7}},
                           json{{"method", "daemon.status"}, {"params", json::array()}}}) {
    const auto answer = passed_on(body, never);
    EXPECT_EQ(answer.status, 403u) << body;
    EXPECT_EQ(answer.body, "This is no call.");
    EXPECT_TRUE(daemon->requests().empty());
  }
}

TEST_F(CallsTest, AListForPeopleHasNames) {
  const auto answer = passed_on({{"method", "invite.list"}}, [](const json& request) {
    if (request["method"] == "owner.get") {
      return result_of(request, {{"dataOwner", {{"firstName", "Anna"}, {"lastName", "Maes"}}}});
    }
    return result_of(request, {{"rows", {{{"id", "v-1"}, {"owner", "o-1"}, {"ownerId", "o-1"}}}}});
  });
  EXPECT_EQ(json::parse(answer.body)["result"]["rows"][0]["who"], "Maes, Anna");
}

TEST_F(CallsTest, ARefusalOfTheDaemonIsPassedOnAndNothingWasDone) {
  const auto answer = passed_on({{"method", "outbox.retry"}}, [](const json& request) {
    return support::error_of(
        request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "conflict"}}}});
  });
  EXPECT_EQ(answer.status, 200u);
  const auto told = json::parse(answer.body);
  EXPECT_EQ(told["error"]["data"]["code"], "conflict");
  EXPECT_EQ(told["maybe"], false);
  EXPECT_FALSE(told.contains("result"));
}

TEST_F(CallsTest, WhatMayHaveBeenDoneAllTheSameIsToldSo) {
  const auto hang_up = [](const json&) { return Reaction{"", true}; };
  EXPECT_EQ(json::parse(passed_on({{"method", "invite.cancel"}}, hang_up).body)["maybe"], true);
  FakeDaemon silent([](const json&) { return Reaction{}; });
  client::Options options;
  options.socket = silent.path();
  options.timeout = Millis(20);
  EXPECT_EQ(json::parse(pass_on(options, R"({"method":"invite.cancel"})").body)["maybe"], true);
}

TEST_F(CallsTest, WhereNobodyServesNothingWasDone) {
  client::Options options;
  options.socket = "/nonexistent/api.sock";
  const auto told = json::parse(pass_on(options, R"({"method":"daemon.status"})").body);
  EXPECT_EQ(told["error"]["data"]["code"], "unavailable");
  EXPECT_EQ(told["maybe"], false);
}

}  // namespace
}  // namespace icure::dashboard
