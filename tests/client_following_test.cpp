// Commands that go on until nobody reads any more.
#include <gmock/gmock.h>

#include "ipc/client/following.h"
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::FakeDaemon;
using support::Reaction;
using support::result_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// An output whose reader leaves after so many parts.
class Reader : public std::stringbuf {
 public:
  explicit Reader(int parts) : left_(parts) {}

 protected:
  int sync() override { return --left_ > 0 ? 0 : -1; }

 private:
  int left_;
};

std::string event(const nlohmann::json& params) {
  return nlohmann::json{{"jsonrpc", "2.0"}, {"method", "event"}, {"params", params}}.dump() + "\n";
}

class FollowingTest : public support::Icurectl {
 protected:
  /// Of `icurectl events tail`, read up to so many lines.
  std::string tail(const std::vector<std::string>& more, int lines, FakeDaemon::Script script,
                   Exit exit = Exit::failed) {
    return follow({"events", "tail"}, more, lines, std::move(script), exit);
  }
  std::string watch(const std::vector<std::string>& more, int looks, FakeDaemon::Script script) {
    return follow({"status", "--watch"}, more, looks, std::move(script), Exit::failed);
  }

  bool terminal = false;

 private:
  std::string follow(std::vector<std::string> words, const std::vector<std::string>& more,
                     int parts, FakeDaemon::Script script, Exit exit) {
    words.insert(words.end(), more.begin(), more.end());
    const auto parsed = parse(words);
    daemon.emplace(std::move(script));
    Reader reader(parts);
    std::ostream read(&reader);
    Screen shown{read, err};
    shown.json = parsed.line->json;
    shown.terminal = terminal;
    Options options;
    options.socket = daemon->path();
    Client client(options);
    Runner runner(client, shown);
    const auto& [verb, values] = std::pair(*parsed.line->verb, parsed.line->values);
    EXPECT_EQ(verb.noun == "status" ? watch_status(runner, verb, Millis(1))
                                    : tail_events(runner, verb, values, Millis(1)),
              exit);
    return reader.str();
  }
};

Reaction subscribed(const nlohmann::json& request, const std::string& events, bool end = false) {
  auto reaction = result_of(request, {{"subscription", "1"}, {"seq", 4}});
  reaction.bytes += events;
  reaction.hang_up = end;
  return reaction;
}

TEST_F(FollowingTest, EventsAreShownAsTheyCome) {
  const auto shown = tail({"--topic", "user,outbox", "--since", "3"}, 3, [](const Json& request) {
    return subscribed(request, event({{"at", "T"},
                                      {"seq", 5},
                                      {"topic", "user"},
                                      {"change", "changed"},
                                      {"kind", "user"},
                                      {"id", "u-1\x1b"},
                                      {"rev", "2-a"}}) +
                                   event({{"topic", "gap"}, {"seq", 9}}) + event(7) +
                                   event({{"at", "T"}, {"seq", 10}, {"topic", "sync"}}));
  });
  EXPECT_EQ(shown,
            "T  5  user changed u-1? 2-a\n"
            "-- events up to 9 are lost: read anew --\n"
            "T  10  sync \n");
  EXPECT_EQ(sent()["method"], "events.subscribe");
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"since":3,"topics":["user","outbox"]})"));
}

TEST_F(FollowingTest, WithJsonEventsAreTheDaemonsOwn) {
  EXPECT_EQ(tail({"--json"}, 1,
                 [](const Json& request) {
                   return subscribed(request, event({{"seq", 5}}));
                 }),
            "{\"seq\":5}\n");
}

TEST_F(FollowingTest, ARestartOfTheDaemonLosesNoEvent) {
  int times = 0;
  const auto shown = tail({"--json"}, 2, [&times](const Json& request) {
    ++times;
    if (times == 2) return Reaction{"", true};
    return subscribed(request, event({{"seq", times == 1 ? 5 : 6}}), times == 1);
  });
  EXPECT_EQ(shown, "{\"seq\":5}\n{\"seq\":6}\n");
  EXPECT_EQ(sent(0)["params"], nlohmann::json::object());
  EXPECT_EQ(sent(1)["params"], nlohmann::json::parse(R"({"since":5})"));
  EXPECT_EQ(sent(2)["params"], nlohmann::json::parse(R"({"since":5})"));
}

TEST_F(FollowingTest, WithoutAnEventItGoesOnWhereItBegan) {
  int times = 0;
  tail({"--json"}, 1, [&times](const Json& request) {
    const bool first = ++times == 1;
    return subscribed(request, first ? "" : event({{"seq", 6}}), first);
  });
  EXPECT_EQ(sent(1)["params"], nlohmann::json::parse(R"({"since":4})"));
}

TEST_F(FollowingTest, ADaemonThatDoesNotComeBackIsGivenUpInTheEnd) {
  int times = 0;
  tail(
      {}, 1,
      [&times](const Json& request) {
        return ++times == 1 ? subscribed(request, "", true) : Reaction{"", true};
      },
      Exit::unreachable);
  EXPECT_EQ(times, 32) << "the first, and a restart takes less than thirty tries";
}

TEST_F(FollowingTest, ARefusalEndsItAtOnce) {
  const auto refuse = [](const Json& request) {
    return support::error_of(
        request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "forbidden"}}}});
  };
  tail({}, 1, refuse, Exit::not_permitted);
  EXPECT_EQ(daemon->requests().size(), 1u);
  int times = 0;
  tail(
      {}, 1,
      [&](const Json& request) {
        return ++times == 1 ? subscribed(request, "", true) : refuse(request);
      },
      Exit::not_permitted);
  EXPECT_EQ(times, 2) << "nor after a restart";
}

TEST_F(FollowingTest, TheStatusIsWatchedOverAFailure) {
  int times = 0;
  const auto shown = watch({}, 4, [&times](const Json& request) {
    return ++times == 2 ? Reaction{"", true}
                        : result_of(request, {{"state", "online"}, {"version", times}});
  });
  EXPECT_GE(times, 2);
  EXPECT_THAT(shown, HasSubstr("online"));
  EXPECT_THAT(shown, testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(err.str(), HasSubstr("icurectl: "));
}

TEST_F(FollowingTest, OnATerminalTheStatusIsRedrawn) {
  const auto online = [](const Json& request) { return result_of(request, {{"state", "online"}}); };
  terminal = true;
  EXPECT_THAT(watch({}, 2, online), StartsWith("\x1b[H\x1b[2J"));
  EXPECT_THAT(watch({"--json"}, 2, online), StartsWith("{"));
}

}  // namespace
}  // namespace icure::client
