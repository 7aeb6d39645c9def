// ipc/server.h over a real socket: what a client that behaves may rely on.
#include "tests/support/ipc_server.h"

#include <sys/stat.h>

#include "tests/support/ipc_test_api.h"

namespace icure::ipc {
namespace {

using support::call;

class ServerTest : public support::IpcServerTest {
 protected:
  ServerTest() { api.register_on(methods); }
  support::TestApi api;
};

TEST_F(ServerTest, AnswersUnderTheSameId) {
  start({});
  auto client = this->client();
  client.send(R"({"jsonrpc":"2.0","id":"x","method":"test.echo","params":{"text":"ä"}})"
              "\r\n");
  EXPECT_EQ(answer(client), nlohmann::json({{"jsonrpc", "2.0"}, {"id", "x"}, {"result", "ä"}}));
}

TEST_F(ServerTest, HelloTellsWhoAnswersAndRemembersWhoCalls) {
  start({});
  auto client = this->client();
  client.send(call(1, "hello", R"({"client":"booking","protocol":1,"actor":"u-1"})"));
  EXPECT_EQ(
      answer(client)["result"],
      nlohmann::json(
          {{"server", "icure-syncd"}, {"version", "1.2.3"}, {"protocol", 1}, {"role", "admin"}}));
  client.send(call(2, "test.who"));
  const auto who = answer(client)["result"];
  EXPECT_EQ(who["client"], "booking");
  EXPECT_EQ(who["actor"], "u-1");
  EXPECT_EQ(who["uid"], getuid());
}

TEST_F(ServerTest, ASessionInHelloTellsForWhomAndNothingElseDoes) {
  start({});
  auto client = this->client();
  const auto say_hello = [&](const std::string& more) {
    client.send(call(1, "hello", R"({"client":"x","protocol":1)" + more + "}"));
    return answer(client);
  };
  EXPECT_EQ(say_hello(R"(,"session":"of u-2")")["result"]["actor"], "u-2");
  EXPECT_EQ(say_hello(R"(,"session":"over")")["error"]["data"]["code"], "login_needed");
  client.send(call(2, "test.who"));
  EXPECT_EQ(answer(client)["result"]["actor"], "u-2") << "a refused hello changes nothing";
  EXPECT_EQ(say_hello(R"(,"session":"of u-2","actor":"u-1")")["error"]["data"]["code"], "invalid");
  EXPECT_FALSE(say_hello(R"(,"actor":"u-1")")["result"].contains("actor"));
}

TEST_F(ServerTest, WithoutHelloTheClientIsNamedAfterItsProgram) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.who"));
  EXPECT_EQ(answer(client)["result"]["client"], "ipc_test");
}

TEST_F(ServerTest, RefusesAnotherProtocol) {
  start({});
  auto client = this->client();
  client.send(call(1, "hello", R"({"client":"x","protocol":2})"));
  EXPECT_EQ(answer(client)["error"]["data"]["code"], "invalid");
}

TEST_F(ServerTest, AFailureCarriesItsWord) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.fail"));
  EXPECT_EQ(answer(client)["error"],
            nlohmann::json::parse(R"({"code":-32000,"message":"too old","data":
                {"code":"stale","retryable":true,"retry_after_ms":5,"hint":"sync first"}})"));
}

TEST_F(ServerTest, TheConnectionLivesOnAfterErrors) {
  start({});
  auto client = this->client();
  client.send("nonsense\n");
  EXPECT_EQ(answer(client)["error"]["code"], kParseError);
  client.send("[]\n");
  EXPECT_EQ(answer(client)["error"]["code"], kInvalidRequest);
  client.send(call(1, "test.nothing"));
  EXPECT_EQ(answer(client)["error"]["code"], kMethodNotFound);
  client.send(call(1, "test.echo", R"({"txt":"a"})"));
  EXPECT_EQ(answer(client)["error"]["code"], kInvalidParams);
  client.send("\n\r\n" + call(1, "test.echo", R"({"text":"a"})"));
  EXPECT_EQ(answer(client)["result"], "a");
}

TEST_F(ServerTest, ANotificationIsExecutedAndNotAnswered) {
  start({});
  auto client = this->client();
  client.send(R"({"jsonrpc":"2.0","method":"test.echo","params":{"text":"a"}})"
              "\n"
              R"({"jsonrpc":"2.0","method":"test.nothing"})"
              "\n" +
              call(7, "test.echo", R"({"text":"b"})"));
  EXPECT_EQ(answer(client)["id"], 7);
  EXPECT_EQ(api.echoed, 2);
  EXPECT_EQ(client.received, "");
}

TEST_F(ServerTest, ASlowCallDelaysNoOther) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.slow", R"({"text":"late"})") +
              call(2, "test.echo", R"({"text":"soon"})"));
  EXPECT_EQ(answer(client)["id"], 2);
  api.go.fire();
  EXPECT_EQ(answer(client)["id"], 1);
}

TEST_F(ServerTest, AnswersAThousandPipelinedRequestsInOrder) {
  start({});
  auto client = this->client();
  std::string sent;
  for (int id = 0; id < 1000; ++id) sent += call(id, "test.echo", R"({"text":"a"})");
  std::string_view left = sent;
  EXPECT_TRUE(turn_until([&] {
    left.remove_prefix(client.send(left));
    client.receive();
    return client.lines() == 1000;
  }));
  for (int id = 0; id < 1000; ++id) EXPECT_EQ(client.take()["id"], id);
}

TEST_F(ServerTest, OneTurnOfTheLoopEndsOnceForManyRequests) {
  start({});
  auto client = this->client();
  settle();
  client.send(call(1, "test.echo", R"({"text":"a"})") + call(2, "test.echo", R"({"text":"b"})"));
  uv_run(&loop, UV_RUN_NOWAIT);
  EXPECT_EQ(turns, 1);
  EXPECT_TRUE(client.receive());
  EXPECT_EQ(client.lines(), 2u);
  settle();
  EXPECT_EQ(turns, 1) << "a turn without requests has no end to speak of";
}

TEST_F(ServerTest, AnswersAClientThatHasClosedItsSendingSide) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.slow", R"({"text":"a"})"));
  client.end_sending();
  settle();
  api.go.fire();
  EXPECT_EQ(answer(client)["result"], "a");
  EXPECT_TRUE(closed(client));
}

TEST_F(ServerTest, StopLetsRunningCallsAnswerAndRemovesTheSocket) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.slow", R"({"text":"last"})"));
  auto idle = this->client();
  settle();
  bool stopped = false;
  server->stop([&stopped] { stopped = true; });
  EXPECT_TRUE(closed(idle));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(stopped);
  api.go.fire();
  EXPECT_EQ(answer(client)["result"], "last");
  EXPECT_TRUE(turn_until([&] { return stopped; }));
  server.reset();
}

TEST_F(ServerTest, StopGivesAClientASecondForItsLastAnswer) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.big", R"({"bytes":900000})"));
  settle();
  bool stopped = false;
  server->stop([&stopped] { stopped = true; });
  settle();
  EXPECT_FALSE(stopped);
  clock.advance(Millis(1'000));
  EXPECT_TRUE(turn_until([&] { return stopped; }));
  server.reset();
}

TEST_F(ServerTest, ListensOnASocketThatWasPassed) {
  auto bound = BoundSocket::bind({path, 0600, {}});
  ASSERT_TRUE(bound);
  hello.register_on(methods);
  server = std::make_unique<Server>(loop, clock, methods, ServerOptions{}, nullptr);
  ASSERT_TRUE(server->listen(bound->release()));
  auto client = this->client();
  client.send(call(1, "hello", R"({"client":"x","protocol":1})"));
  EXPECT_EQ(answer(client)["result"]["protocol"], 1);
  stop();
  EXPECT_TRUE(std::filesystem::exists(path));  // it belongs to whoever made it
}

TEST_F(ServerTest, RefusesAPassedDescriptorThatIsNoUnixSocket) {
  server = std::make_unique<Server>(loop, clock, methods, ServerOptions{}, nullptr);
  EXPECT_EQ(server->listen(STDERR_FILENO).error().code, Code::invalid);
}

}  // namespace
}  // namespace icure::ipc
