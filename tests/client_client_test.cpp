// ipc/client/client.h against a thread that answers in ways a daemon may, and in some it may not.
#include "ipc/client/client.h"

#include "tests/support/fake_daemon.h"

namespace icure::client {
namespace {

using nlohmann::json;
using support::error_of;
using support::FakeDaemon;
using support::Reaction;
using support::result_of;

Client client_of(const FakeDaemon& daemon, Millis timeout = std::chrono::seconds(30)) {
  Options options;
  options.socket = daemon.path();
  options.timeout = timeout;
  return Client(options);
}

TEST(ClientTest, ReturnsTheResultAsItWasWritten) {
  FakeDaemon daemon([](const json&) {
    return Reaction{"{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"n\": 1.50}}\n"};
  });
  auto client = client_of(daemon);
  const auto answer = client.call("user.get", R"({"id":"u"})");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, R"({"n": 1.50})");
  EXPECT_EQ(daemon.requests()[0]["params"]["id"], "u");
}

TEST(ClientTest, AnErrorHasItsWordAndAdvice) {
  FakeDaemon daemon([](const json& request) {
    return error_of(request, json::parse(R"({"code":-32000,"message":"wait a bit","data":
        {"code":"unavailable","retryable":true,"retry_after_ms":700,"hint":"later"}})"));
  });
  auto client = client_of(daemon);
  const auto answer = client.call("sync.run");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::refused);
  EXPECT_EQ(answer.error().code, -32000);
  EXPECT_EQ(answer.error().word, "unavailable");
  EXPECT_EQ(answer.error().message, "wait a bit");
  EXPECT_EQ(answer.error().hint, "later");
  EXPECT_TRUE(answer.error().retryable);
  EXPECT_EQ(answer.error().retry_after, Millis(700));
}

TEST(ClientTest, AnErrorOfAStrangeShapeIsStillAnError) {
  FakeDaemon daemon([](const json& request) { return error_of(request, "no"); });
  auto client = client_of(daemon);
  const auto answer = client.call("x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().word, "internal");
}

TEST(ClientTest, TakesAnswersInAnyOrder) {
  std::string first;
  FakeDaemon daemon([&first](const json& request) {
    if (request["method"] == "slow") {
      first = result_of(request, "slow").bytes;
      return Reaction{};
    }
    return Reaction{result_of(request, "fast").bytes + first};
  });
  auto client = client_of(daemon);
  const auto slow = client.send("slow");
  const auto fast = client.send("fast");
  ASSERT_TRUE(slow && fast);
  EXPECT_EQ(*client.wait(*slow), "\"slow\"");
  EXPECT_EQ(*client.wait(*fast), "\"fast\"");
}

TEST(ClientTest, WhatDoesNotSpeakOurLanguageIsTold) {
  FakeDaemon daemon([](const json&) { return Reaction{"HTTP/1.1 400 Bad Request\r\n"}; });
  auto client = client_of(daemon);
  const auto answer = client.call("x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::lost);
  EXPECT_NE(answer.error().message.find("JSON-RPC"), std::string::npos);
  const auto told = client.listen(Millis(1));
  ASSERT_FALSE(told);
  EXPECT_TRUE(told.error().retryable) << "there is no connection any more";
}

TEST(ClientTest, WhatWasSentBeforeALossIsVoid) {
  FakeDaemon daemon([](const json&) { return Reaction{"", true}; });
  auto client = client_of(daemon);
  const auto first = client.send("a");
  ASSERT_TRUE(first);
  EXPECT_EQ(client.wait(*first).error().trouble, Trouble::lost);
  const auto again = client.wait(*first);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().trouble, Trouble::lost);
  EXPECT_TRUE(again.error().retryable);
}

TEST(ClientTest, SaysWhoActsWhereThatIsKnown) {
  std::vector<json> greetings;
  FakeDaemon daemon([](const json& request) { return result_of(request, 1); },
                    [&greetings](const json& request) {
                      greetings.push_back(request["params"]);
                      return result_of(request, {{"protocol", 1}});
                    });
  Options options;
  options.socket = daemon.path();
  options.client = "desk";
  EXPECT_TRUE(Client(options).call("x"));
  options.actor = "u-1";
  EXPECT_TRUE(Client(options).call("x"));
  EXPECT_EQ(greetings.at(0), json::parse(R"({"client":"desk","protocol":1})"));
  EXPECT_EQ(greetings.at(1), json::parse(R"({"client":"desk","protocol":1,"actor":"u-1"})"));
}

TEST(ClientTest, AGreetingThatIsRefusedIsTheAnswer) {
  FakeDaemon daemon([](const json& request) { return result_of(request, 1); },
                    [](const json& request) {
                      return error_of(request, {{"code", -32000},
                                                {"message", "too many"},
                                                {"data", {{"code", "unavailable"}}}});
                    });
  auto client = client_of(daemon);
  EXPECT_EQ(client.call("x").error().message, "too many");
  EXPECT_TRUE(daemon.requests().empty());
}

TEST(ClientTest, HandsOutNotificationsOnTheWay) {
  FakeDaemon daemon([](const json& request) {
    return Reaction{"{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":7}}\n" +
                    result_of(request, 1).bytes};
  });
  auto client = client_of(daemon);
  EXPECT_EQ(*client.call("first"), "1");
  std::string told;
  client.on_notification = [&told](const std::string& method, const std::string& params) {
    told = method + params;
  };
  EXPECT_EQ(*client.call("second"), "1");
  EXPECT_EQ(told, R"(event{"seq":7})");
}

TEST(ClientTest, ListensForAWhileAndStaysSubscribed) {
  FakeDaemon daemon([](const json& request) {
    auto reaction = result_of(request, json::object());
    if (request["method"] == "later") {
      reaction.bytes = R"({"jsonrpc":"2.0","method":"event","params":{"seq":1}})"
                       "\n" +
                       reaction.bytes + R"({"jsonrpc":"2.0","method":"event","params":{"seq":2}})" +
                       "\n";
    }
    return reaction;
  });
  auto client = client_of(daemon);
  ASSERT_TRUE(client.call("events.subscribe"));
  const auto nothing = client.listen(Millis(1));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().trouble, Trouble::timed_out);
  std::string told;
  client.on_notification = [&told](const std::string&, const std::string& params) {
    told = params;
  };
  ASSERT_TRUE(client.call("later"));
  EXPECT_EQ(told, R"({"seq":1})") << "on the same connection";
  const auto event = client.listen(std::chrono::seconds(30));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->params, R"({"seq":2})");
}

TEST(ClientTest, NobodyThereIsUnreachable) {
  Options options;
  options.socket = "/nonexistent/api.sock";
  EXPECT_EQ(Client(options).call("x").error().trouble, Trouble::unreachable);
  options.socket = std::string(200, 'x');
  EXPECT_EQ(Client(options).call("x").error().trouble, Trouble::unreachable);
}

TEST(ClientTest, ASilentDaemonTimesOut) {
  FakeDaemon daemon([](const json&) { return Reaction{}; });
  auto client = client_of(daemon, Millis(20));
  EXPECT_EQ(client.call("x").error().trouble, Trouble::timed_out);
}

TEST(ClientTest, AConnectionThatEndsBeforeTheAnswerIsLostAndNotRepeated) {
  FakeDaemon daemon([](const json&) { return Reaction{"", true}; });
  auto client = client_of(daemon);
  EXPECT_EQ(client.call("x").error().trouble, Trouble::lost);
  EXPECT_EQ(daemon.requests().size(), 1u);
}

TEST(ClientTest, ConnectsAgainAfterALoss) {
  int calls = 0;
  FakeDaemon daemon([&calls](const json& request) {
    auto reaction = result_of(request, ++calls);
    reaction.hang_up = true;
    return reaction;
  });
  auto client = client_of(daemon);
  EXPECT_EQ(*client.call("x"), "1");
  // The end of the old connection may be noticed at sending, or only while waiting.
  auto again = client.call("x");
  if (!again) again = client.call("x");
  EXPECT_TRUE(again);
}

TEST(ClientTest, AnErrorWithoutIdAnswersWhatIsWaitedFor) {
  FakeDaemon daemon([](const json&) {
    return Reaction{
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a line is longer"}})"
        "\n",
        true};
  });
  auto client = client_of(daemon);
  EXPECT_EQ(client.call("x").error().code, -32600);
}

TEST(ClientTest, GarbageIsNotTakenForAnAnswer) {
  FakeDaemon daemon([](const json&) { return Reaction{"HTTP/1.1 400 Bad Request\r\n"}; });
  auto client = client_of(daemon);
  EXPECT_EQ(client.call("x").error().trouble, Trouble::lost);
}

}  // namespace
}  // namespace icure::client
