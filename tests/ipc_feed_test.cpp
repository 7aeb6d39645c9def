// ipc/feed.h over a real socket: what a client is told, and that one that does not read costs
// nothing.
#include "ipc/feed.h"
#include "tests/support/ipc_server.h"

namespace icure::ipc {
namespace {

using support::call;
using support::RawClient;

const std::string kLong(1000, 'x');

/// Counts up to `last`, one line for each number.
class Counting final : public Feed {
 public:
  Counting(int& last, std::size_t& poured, int& alive)
      : last_(last), poured_(poured), alive_(alive) {
    ++alive_;
  }
  ~Counting() override { --alive_; }

  bool pour(std::string& out, std::size_t room) override {
    const auto before = out.size();
    while (told_ < last_ && out.size() < before + room) {
      append_notification(out, "tick",
                          {R"({"n":)", std::to_string(++told_), R"(,"x":")", kLong, "\"}"});
    }
    poured_ += out.size() - before;
    return told_ < last_;
  }

 private:
  int& last_;
  std::size_t& poured_;
  int& alive_;
  int told_ = 0;
};

class FeedTest : public support::IpcServerTest {
 protected:
  void SetUp() override {
    const std::string any = R"({"type":"object"})";
    methods.add({"test.subscribe", Role::reader, "Counts", any}, *this, &FeedTest::subscribe);
    methods.add({"test.hello", Role::reader, "Says hello", any}, *this, &FeedTest::say);
    start({});
  }

  Methods::Answer subscribe(Call call, NoParams) {
    caller = &call.caller();
    call.caller().feed = std::make_unique<Counting>(last, poured, alive);
    call.caller().pour_feed();
    co_return std::string("{}");
  }
  Methods::Answer say(Call, NoParams) { co_return std::string(R"("hello")"); }

  Caller* caller = nullptr;
  int last = 0;
  std::size_t poured = 0;
  int alive = 0;
};

TEST_F(FeedTest, TheAnswerComesFirstAndThenWhatItSubscribedTo) {
  last = 2;
  auto client = this->client();
  client.send(call(1, "test.subscribe"));
  EXPECT_EQ(answer(client)["id"], 1);
  const auto told = answer(client);
  EXPECT_EQ(told["jsonrpc"], "2.0");
  EXPECT_EQ(told["method"], "tick");
  EXPECT_EQ(told["params"]["n"], 1);
  EXPECT_FALSE(told.contains("id"));
  EXPECT_EQ(answer(client)["params"]["n"], 2);
  last = 3;
  caller->pour_feed();
  EXPECT_EQ(answer(client)["params"]["n"], 3);
}

TEST_F(FeedTest, WhoDoesNotReadCostsABoundedBufferAndLosesNothing) {
  last = 1'000'000;
  auto slow = client();
  slow.send(call(1, "test.subscribe"));
  settle();
  turn_until([this] {
    const auto before = poured;
    settle();
    return poured == before;
  });
  // What the kernel's buffers took, and one filling of ours.
  EXPECT_LT(poured, std::size_t{1} << 20);
  const auto stuck_at = poured;
  auto other = client();
  other.send(call(1, "test.hello"));
  EXPECT_EQ(answer(other)["result"], "hello");
  EXPECT_EQ(poured, stuck_at);

  EXPECT_EQ(answer(slow)["id"], 1);
  last = 3'000;
  for (int n = 1; n <= last; ++n) {
    const auto told = answer(slow);
    ASSERT_EQ(told["params"]["n"], n);
  }
}

TEST_F(FeedTest, RequestsOfWhoIsToldMuchAreAnsweredInBetween) {
  last = 1'000'000'000;
  auto client = this->client();
  client.send(call(1, "test.subscribe") + call(2, "test.hello"));
  bool answered = false;
  turn_until([&] {
    client.receive();
    answered = client.received.find("hello") != std::string::npos;
    if (!answered && client.received.size() > 1000) {
      client.received.erase(0, client.received.size() - 1000);
    }
    return answered;
  });
  EXPECT_TRUE(answered);
  last = 0;
}

TEST_F(FeedTest, AFeedDiesWithItsConnection) {
  last = 1'000'000;
  auto client = this->client();
  client.send(call(1, "test.subscribe"));
  settle();
  EXPECT_EQ(alive, 1);
  client.leave();
  EXPECT_TRUE(turn_until([this] { return alive == 0; }));
}

}  // namespace
}  // namespace icure::ipc
