// ipc/server.h over a real socket: clients that misbehave, and the bounds that hold them.
#include "tests/support/ipc_server.h"
#include "tests/support/ipc_test_api.h"

namespace icure::ipc {
namespace {

using support::call;
using support::RawClient;

class ServerBoundsTest : public support::IpcServerTest {
 protected:
  ServerBoundsTest() { api.register_on(methods); }

  /// A client of a user who is neither root nor the daemon.
  RawClient stranger() {
    const uid_t self = geteuid();
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
    std::filesystem::permissions(path, std::filesystem::perms::all);
    EXPECT_EQ(seteuid(self == 0 ? kStranger : self), 0);
    auto made = client();
    EXPECT_EQ(seteuid(self), 0);
    return made;
  }
  /// As start(), but only root is admin, so that whoever runs the tests can be a stranger.
  void start_for_strangers(ServerOptions options) {
    options.own_uid = 0;
    hello.register_on(methods);
    server = std::make_unique<Server>(loop, clock, methods, options, nullptr);
    ASSERT_TRUE(server->listen(SocketFile{path, 0666, {}}));
  }
  uid_t stranger_uid() const { return geteuid() == 0 ? kStranger : geteuid(); }

  static constexpr uid_t kStranger = 65534;
  support::TestApi api;
};

TEST_F(ServerBoundsTest, WhoHasNoRuleMaySayHelloAndNothingElse) {
  start_for_strangers({});
  auto client = stranger();
  client.send(call(1, "hello", R"({"client":"x","protocol":1})"));
  EXPECT_EQ(answer(client)["result"]["role"], "none");
  for (const auto* method : {"test.echo", "rpc.discover", "no.such.method"}) {
    client.send(call(2, method, R"({"whatever":1})"));
    const auto error = answer(client)["error"];
    EXPECT_EQ(error["code"], kApplicationError) << method;
    EXPECT_EQ(error["data"]["code"], "forbidden") << method;
  }
}

TEST_F(ServerBoundsTest, NewRulesHoldForThoseWhoAreConnected) {
  start_for_strangers({});
  auto client = stranger();
  AccessRule rule;
  rule.user = stranger_uid();
  rule.role = Role::reader;
  settle();
  server->set_rules({rule});
  client.send(call(1, "test.echo", R"({"text":"a"})"));
  EXPECT_EQ(answer(client)["result"], "a");
  client.send(call(2, "test.admin", R"({"text":"a"})"));
  EXPECT_EQ(answer(client)["error"]["data"]["code"], "forbidden");
  server->set_rules({});
  client.send(call(3, "test.echo", R"({"text":"a"})"));
  EXPECT_EQ(answer(client)["error"]["data"]["code"], "forbidden");
}

TEST_F(ServerBoundsTest, FourPlacesAreKeptForRootAndTheDaemon) {
  start_for_strangers({.max_clients = 6});
  std::vector<RawClient> clients;
  clients.reserve(5);
  for (int i = 0; i < 2; ++i) clients.push_back(stranger());
  settle();
  auto third = stranger();
  EXPECT_EQ(answer(third)["error"]["data"]["code"], "unavailable");
  EXPECT_TRUE(closed(third));
  EXPECT_EQ(server->clients(), 2u);
  clients.pop_back();  // who leaves makes room
  settle();
  clients.push_back(stranger());
  settle();
  EXPECT_EQ(server->clients(), 2u);
}

TEST_F(ServerBoundsTest, EvenRootIsTurnedAwayAtTheLimit) {
  start({.max_clients = 5});
  std::vector<RawClient> clients;
  clients.reserve(5);
  for (int i = 0; i < 5; ++i) clients.push_back(client());
  settle();
  auto sixth = client();
  EXPECT_EQ(answer(sixth)["error"]["data"]["code"], "unavailable");
  EXPECT_TRUE(closed(sixth));
  clients[0].send(call(1, "test.echo", R"({"text":"a"})"));
  EXPECT_EQ(answer(clients[0])["result"], "a");
}

TEST_F(ServerBoundsTest, AClientThatVanishesLeavesNothingBehind) {
  start({});
  {
    auto client = this->client();
    client.send(call(1, "test.slow", R"({"text":"a"})"));
    settle();
    EXPECT_EQ(api.waiting, 1);
  }
  settle();
  EXPECT_EQ(api.waiting, 1) << "the call goes on";
  api.go.fire();
  settle();
  EXPECT_EQ(api.waiting, 0);
  EXPECT_EQ(server->clients(), 0u);
}

TEST_F(ServerBoundsTest, ALineOverTheLimitIsAnErrorAndTheEnd) {
  start({.max_message = 1000});
  auto client = this->client();
  client.send(call(1, "test.echo", R"({"text":"a"})") + std::string(1001, 'x'));
  EXPECT_EQ(answer(client)["result"], "a");
  EXPECT_EQ(answer(client)["error"]["code"], kInvalidRequest);
  EXPECT_TRUE(closed(client));
}

TEST_F(ServerBoundsTest, WhoStillSendsALineThatIsTooLongIsNotCutOff) {
  start({.max_message = 1000});
  auto client = this->client();
  std::size_t sent = 0;
  EXPECT_TRUE(
      turn_until([&] { return (sent += client.send(std::string(10'000, 'x'))) > 5'000'000; }));
  EXPECT_EQ(answer(client)["error"]["code"], kInvalidRequest);
  clock.advance(Millis(5'000));
  settle();
  EXPECT_EQ(server->clients(), 0u);
}

TEST_F(ServerBoundsTest, AByteAtATimeDelaysNobody) {
  start({});
  auto slow = client();
  auto other = client();
  int id = 0;
  for (const char c : call(1, "test.echo", R"({"text":"a"})")) {
    slow.send({&c, 1});
    other.send(call(++id, "test.echo", R"({"text":"b"})"));
    EXPECT_EQ(answer(other)["id"], id);
  }
  EXPECT_EQ(answer(slow)["result"], "a");
}

TEST_F(ServerBoundsTest, AFloodDelaysOthersByItsShareOnly) {
  start({});
  auto flood = client();
  auto other = client();
  constexpr int kFlood = 20'000;
  std::string sent;
  for (int id = 0; id < kFlood; ++id) sent += call(id, "test.echo", R"({"text":"a"})");
  std::string_view left = sent;
  const auto go_on = [&] {
    left.remove_prefix(flood.send(left));
    flood.receive();
    return api.echoed > 1'000;
  };
  other.send(call(1, "test.echo", R"({"text":"b"})"));
  EXPECT_EQ(answer(other)["result"], "b");
  EXPECT_TRUE(turn_until(go_on));
  other.send(call(2, "test.echo", R"({"text":"b"})"));  // from now on there are others
  EXPECT_EQ(answer(other)["result"], "b");
  for (int id = 3; id < 50; ++id) {
    go_on();
    const int before = api.echoed;
    other.send(call(id, "test.echo", R"({"text":"b"})"));
    EXPECT_EQ(answer(other)["id"], id);
    EXPECT_LE(api.echoed - before, 1 + 4 * FairShare::kOfAClient);
  }
  EXPECT_LT(api.echoed, kFlood) << "the flood is still there";
}

TEST_F(ServerBoundsTest, OneClientHasSixtyFourCallsUnderWayAtMost) {
  start({});
  auto client = this->client();
  std::string sent;
  for (int id = 0; id < 100; ++id) sent += call(id, "test.slow", R"({"text":"a"})");
  client.send(sent);
  settle();
  EXPECT_EQ(api.waiting, 64);
  api.go.fire();
  settle();
  EXPECT_EQ(api.waiting, 36);
  api.go.fire();
  EXPECT_TRUE(turn_until([&] { return client.receive() && client.lines() == 100; }));
}

TEST_F(ServerBoundsTest, AClientThatDoesNotReadIsHeldAndThenClosed) {
  start({});
  auto client = this->client();
  std::string sent;
  for (int id = 0; id < 100; ++id) sent += call(id, "test.big", R"({"bytes":100000})");
  client.send(sent);
  settle();
  EXPECT_EQ(clock.sleepers(), 1u);
  EXPECT_EQ(server->clients(), 1u);
  clock.advance(Millis(29'999));
  settle();
  EXPECT_EQ(server->clients(), 1u);
  clock.advance(Millis(1));
  settle();
  EXPECT_EQ(server->clients(), 0u);
}

TEST_F(ServerBoundsTest, AClientThatReadsSlowlyIsServedToTheEnd) {
  start({});
  auto client = this->client();
  std::string sent;
  for (int id = 0; id < 40; ++id) sent += call(id, "test.big", R"({"bytes":100000})");
  client.send(sent);
  while (client.lines() < 40) {
    settle();
    clock.advance(Millis(29'000));
    ASSERT_TRUE(client.receive()) << client.lines();
  }
  settle();
}

TEST_F(ServerBoundsTest, AnAnswerLargerThanEveryBufferArrivesWhole) {
  start({});
  auto client = this->client();
  client.send(call(1, "test.big", R"({"bytes":20000000})"));
  const auto big = answer(client);
  EXPECT_EQ(big["result"].get_ref<const std::string&>().size(), 20'000'000u);
}

}  // namespace
}  // namespace icure::ipc
