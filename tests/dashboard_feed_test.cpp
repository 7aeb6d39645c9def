// The daemon's events on their way to a page.
#include "ipc/client/dashboard/feed.h"
#include "tests/support/fake_daemon.h"

namespace icure::dashboard {
namespace {

using nlohmann::json;
using support::FakeDaemon;
using support::Reaction;

std::string event_line(const json& event) {
  return json{{"jsonrpc", "2.0"}, {"method", "event"}, {"params", event}}.dump() + "\n";
}

Reaction subscribed(const json& request, const std::string& events, bool hang_up = false) {
  auto reaction = support::result_of(request, {{"subscription", "1"}, {"seq", 4}});
  reaction.bytes += events;
  reaction.hang_up = hang_up;
  return reaction;
}

class FeedTest : public testing::Test {
 protected:
  client::Options options(const std::string& path) const {
    client::Options made;
    made.socket = path;
    return made;
  }
  Activity activity_;
};

TEST_F(FeedTest, TellsThatAllMustBeReadAnewAndThenWhatChanges) {
  FakeDaemon daemon([](const json& request) {
    return subscribed(request, event_line({{"topic", "outbox"}, {"change", "done"}, {"seq", 5}}) +
                                   event_line({{"topic", "user"}, {"change", "changed"}}) +
                                   event_line({{"topic", "gap"}, {"seq", 9}}));
  });
  Feed feed(options(daemon.path()), activity_, Millis(1));
  EXPECT_EQ(feed.next(), "event: up\ndata: {}\n\n");
  EXPECT_EQ(feed.next(),
            "event: message\ndata: {\"change\":\"done\",\"seq\":5,\"topic\":\"outbox\"}\n\n");
  EXPECT_EQ(feed.next(), "event: message\ndata: {\"seq\":9,\"topic\":\"gap\"}\n\n");
  EXPECT_EQ(feed.next(), ":\n\n");  // shows whether anybody listens
}

TEST_F(FeedTest, TellsOnceThatTheDaemonIsGoneAndThatItIsBack) {
  int times = 0;
  FakeDaemon daemon(
      [&times](const json& request) { return subscribed(request, "", ++times == 1); });
  Feed feed(options(daemon.path()), activity_, Millis(1));
  EXPECT_EQ(feed.next(), "event: up\ndata: {}\n\n");
  EXPECT_EQ(feed.next().rfind("event: down\ndata: {", 0), 0U);
  EXPECT_EQ(feed.next(), "event: up\ndata: {}\n\n");
}

TEST_F(FeedTest, ARefusalIsToldOnceAndTriedAgainInSilence) {
  FakeDaemon daemon([](const json& request) {
    return support::error_of(request, {{"code", -32000},
                                       {"message", "no\nway"},
                                       {"data", {{"code", "forbidden"}, {"retryable", false}}}});
  });
  Feed feed(options(daemon.path()), activity_, Millis(1));
  const auto told = feed.next();
  EXPECT_NE(told.find("no\\nway"), std::string::npos) << "one event is one line: " << told;
  EXPECT_EQ(feed.next(), ":\n\n");
  EXPECT_GE(daemon.requests().size(), 2U);
}

TEST_F(FeedTest, EndsWithTheProgram) {
  FakeDaemon daemon([](const json& request) { return subscribed(request, ""); });
  Feed feed(options(daemon.path()), activity_, Millis(1));
  feed.next();
  activity_.end();
  EXPECT_EQ(feed.next(), "");
}

}  // namespace
}  // namespace icure::dashboard
