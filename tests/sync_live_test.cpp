// sync/live.h and hints.h: what the platform's notifications do, and what is not believed of them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/live.h"
#include "tests/fakes/fake_websockets.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

class LiveTest : public support::SyncTest {
 public:
  LiveTest() {
    platform.put("a", "first");
    hints.configure({3, 20, 5min});
    live.configure({true, "me", {Kind::user}, {}});
    engine.watch([this] { live.line_changed(); });
  }
  ~LiveTest() override {
    scope.drain([] {});
    pump();
    EXPECT_EQ(scope.running(), 0u) << "it did not stop";
  }

 protected:
  void start() {
    scope.run(engine.loop(scope.token()));
    scope.run(hints.loop(scope.token()));
    scope.run(live.loop(scope.token()));
    pump();
  }
  fakes::FakeWebsockets::Line& line() { return *websockets.lines.back(); }
  void push(const std::string& id, const std::string& more = R"("status":"ACTIVE")") {
    line().push(R"({"id":")" + id + R"(","rev":")" + platform.rev_of(id) + R"(",)" + more + "}");
  }
  std::string name_of_mirrored(const std::string& id) {
    auto row = (*stores->open_reader(1 << 20))->get(Kind::user, id);
    return row ? nlohmann::json::parse(row->json)["name"].get<std::string>() : "";
  }
  int asked_by_id() { return platform.asked["POST /rest/v2/user/byIds"]; }
  int sweeps() { return platform.asked["GET /rest/v2/user"]; }

  fakes::FakeWebsockets websockets;
  std::unique_ptr<store::MirrorReader> reader = std::move(*stores->open_reader(1 << 20));
  Refresher refresher{rest, sweeper, engine, stores->mirror(), mirror_thread, parser, clock};
  Hints hints{{refresher, engine, stores->mirror(), mirror_thread, *reader, clock}};
  Live live{{websockets, session, rest, engine, hints, clock, random}};
};

TEST_F(LiveTest, SubscribesAndReadsWhatAHintNames) {
  start();
  ASSERT_EQ(websockets.lines.size(), 1u);
  EXPECT_EQ(websockets.targets.front(), "/ws/v2/notification/subscribe");
  EXPECT_FALSE(line().bearer.empty());
  const auto wish = nlohmann::json::parse(line().sent.front());
  EXPECT_EQ(wish["entityClass"], "org.taktik.icure.entities.User");
  EXPECT_EQ(wish["filter"]["filter"]["$type"], "AllUsersFilter");
  EXPECT_EQ(live.state(Kind::user), LiveState::connecting);
  line().push("ping");
  EXPECT_EQ(line().sent.back(), "pong");
  EXPECT_EQ(live.state(Kind::user), LiveState::open);

  platform.put("a", "second");
  platform.put("b", "new");
  push("a");
  push("b");
  const auto asked = asked_by_id();
  advance(250ms);
  EXPECT_EQ(name_of_mirrored("a"), "second");
  EXPECT_EQ(name_of_mirrored("b"), "new");
  EXPECT_EQ(asked_by_id(), asked + 1) << "together";
}

TEST_F(LiveTest, AsksNothingAboutWhatItHasAlready) {
  start();
  const auto asked = http.seen.size();
  push("a");
  advance(250ms);
  EXPECT_EQ(http.seen.size(), asked);
}

TEST_F(LiveTest, NeverBelievesAFrameByItself) {
  start();
  line().push(R"({"id":"a","rev":"9-lie","name":"from the frame","status":"ACTIVE"})");
  line().push(R"({"id":"nobody","rev":"1-x","name":"ghost","status":"ACTIVE"})");
  advance(250ms);
  EXPECT_EQ(name_of_mirrored("a"), "first");
  EXPECT_EQ(mirrored(), std::vector<std::string>{"a"});
}

TEST_F(LiveTest, AFloodIsReadInPagesAndWaitsAtThePlatform) {
  start();
  line().push("ping");
  for (int i = 0; i < 20'000; ++i) {
    const auto id = "u" + std::to_string(i % 12'000);
    line().in.push_back(R"({"id":")" + id + R"(","rev":"1-none","status":"ACTIVE"})");
  }
  line().push("ping");
  EXPECT_GT(line().in.size(), 5'000u) << "more than ten thousand are not taken at once";
  const auto asked = asked_by_id();
  advance(250ms);
  EXPECT_GT(asked_by_id(), asked);
  EXPECT_LE(asked_by_id() - asked, 5) << "three ids each, 50 ms apart";
}

TEST_F(LiveTest, ReconnectsWhenThePingsStopAndThenComparesEverythingButNotInAHurry) {
  start();
  for (int i = 0; i < 10; ++i) {
    line().push("ping");
    advance(5s);
  }
  EXPECT_EQ(websockets.lines.size(), 1u);
  advance(22s);
  EXPECT_TRUE(websockets.lines.front()->gone);
  ASSERT_EQ(websockets.lines.size(), 2u);
  platform.put("a", "changed in between");
  line().push("ping");
  EXPECT_EQ(live.state(Kind::user), LiveState::open);
  const auto before = sweeps();
  for (int i = 0; i < 66; ++i) {
    line().push("ping");
    advance(5s);
  }
  EXPECT_EQ(sweeps(), before + 1);
  EXPECT_EQ(name_of_mirrored("a"), "changed in between");
}

TEST_F(LiveTest, ASocketThatIsCutIsMadeAnewForEverAndNeverInAStorm) {
  start();
  for (int i = 0; i < 10; ++i) {
    for (int pings = 0; pings < 13; ++pings) {
      line().push("ping");
      advance(5s);
    }
    line().drop();
    advance(2s);
  }
  EXPECT_EQ(websockets.lines.size(), 11u) << "it lasted in between, so the wait is short";
  for (int i = 0; i < 600; ++i) {
    line().push("ping");
    line().drop();
    advance(1s);
  }
  EXPECT_LT(websockets.lines.size(), 11u + 60) << "let in and cut off at once";
  EXPECT_GT(websockets.lines.size(), 11u + 5);
  websockets.refusal = Fault{Cause::connect, 0, "refused"};
  line().drop();
  websockets.targets.clear();
  advance(6h);
  EXPECT_LT(websockets.targets.size(), 1'000u);
  EXPECT_GT(websockets.targets.size(), 300u);
  websockets.refusal = Fault{Cause::refused, 404, "not here"};
  advance(1h);
  websockets.targets.clear();
  advance(6h);
  EXPECT_LT(websockets.targets.size(), 125u);
  websockets.refusal.reset();
  const auto before = websockets.lines.size();
  advance(11min);
  EXPECT_GT(websockets.lines.size(), before);
}

TEST_F(LiveTest, AsksForAnotherTokenWhenItsOwnIsRefused) {
  start();
  const auto first = line().bearer;
  websockets.refusal = Fault{Cause::connect, 401, "who are you?"};
  line().drop();
  advance(3s);
  websockets.refusal.reset();
  advance(2min);
  EXPECT_NE(line().bearer, first);
}

TEST_F(LiveTest, ConnectsOnlyWhileThePlatformCanBeUsedAndNotWhilePaused) {
  platform.fault = Cause::connect;
  start();
  advance(1min);
  EXPECT_TRUE(websockets.targets.empty());
  EXPECT_EQ(live.state(Kind::user), LiveState::waiting);
  platform.fault.reset();
  advance(20s);
  ASSERT_EQ(websockets.lines.size(), 1u);
  ASSERT_TRUE(finish(engine.pause(1h)));
  EXPECT_TRUE(line().gone);
  advance(30min);
  EXPECT_EQ(websockets.lines.size(), 1u);
  ASSERT_TRUE(finish(engine.resume()));
  advance(1s);
  EXPECT_EQ(websockets.lines.size(), 2u);
}

TEST_F(LiveTest, AHintThatWaitsWhenAPauseBeginsSendsNothing) {
  start();
  line().push("ping");
  platform.put("a", "second");
  push("a");
  ASSERT_TRUE(finish(engine.pause(1h)));
  const auto asked = http.seen.size();
  advance(1min);
  EXPECT_EQ(http.seen.size(), asked);
  ASSERT_TRUE(finish(engine.resume()));
  advance(1s);
  EXPECT_EQ(name_of_mirrored("a"), "second");
}

TEST_F(LiveTest, FewDeletionsAreReadAtOnceAFloodIsLeftToTheSweep) {
  for (int i = 0; i < 60; ++i) platform.put("u" + std::to_string(i), "x");
  start();
  line().push("ping");
  const auto deleted = R"("status":"ACTIVE","deletionDate":1)";
  platform.put("u0", "gone soon");
  push("u0", deleted);
  platform.remove("u0");
  advance(250ms);
  EXPECT_EQ(mirrored().size(), 60u);
  for (int i = 1; i < 50; ++i) {
    const auto id = "u" + std::to_string(i);
    platform.put(id, "gone soon");
    push(id, deleted);
    platform.remove(id);
  }
  advance(2s);
  EXPECT_EQ(mirrored().size(), 41u) << "twenty in all; the brake decides about the others";
  const auto before = sweeps();
  for (int i = 0; i < 66; ++i) {
    line().push("ping");
    advance(5s);
  }
  EXPECT_GT(sweeps(), before);
}

TEST_F(LiveTest, AfterAWhileDeletionsAreReadAtOnceAgain) {
  hints.configure({3, 1, 5min});
  for (const auto* id : {"u1", "u2", "u3", "u4"}) platform.put(id, "x");
  start();
  const auto lose = [this](const std::string& id) {
    platform.put(id, "gone soon");
    push(id, R"("status":"ACTIVE","deletionDate":1)");
    platform.remove(id);
    advance(1s);
    return rev_of(Kind::user, id) == "none";
  };
  EXPECT_TRUE(lose("u1"));
  EXPECT_FALSE(lose("u2"));
  for (int i = 0; i < 60; ++i) {
    line().push("ping");
    advance(5s);
  }
  EXPECT_TRUE(lose("u3"));
}

TEST_F(LiveTest, AFrameThatMakesNoSenseIsAReasonToCompare) {
  start();
  line().push("ping");
  advance(6min);  // the sweep after the subscription
  ASSERT_EQ(websockets.lines.size(), 2u) << "the pings had stopped";
  line().push("ping");
  advance(1s);
  const auto before = sweeps();
  line().push("}{");
  for (int i = 0; i < 72; ++i) {
    line().push("ping");
    advance(5s);
  }
  EXPECT_GT(sweeps(), before);
  EXPECT_FALSE(line().gone);
}

TEST_F(LiveTest, SaysWhyThereIsNoneWithoutWebsockets) {
  websockets.why_missing = "libcurl 7.88.1 of this machine has no websockets";
  start();
  advance(1min);
  EXPECT_EQ(live.missing(), websockets.why_missing);
  EXPECT_EQ(live.state(Kind::user), LiveState::off);
  EXPECT_TRUE(websockets.targets.empty());
  live.configure({false, "me", {Kind::user}, {}});
  EXPECT_EQ(live.missing(), "");
}

TEST_F(LiveTest, OtherOptionsMakeTheSocketsAnew) {
  start();
  live.configure({true, "me", {Kind::user}, {}});
  pump();
  EXPECT_FALSE(line().gone) << "the same";
  live.configure({true, "somebody else", {Kind::user}, {}});
  pump();
  EXPECT_TRUE(websockets.lines.front()->gone);
  EXPECT_EQ(websockets.lines.size(), 2u);
  live.configure({false, "somebody else", {Kind::user}, {}});
  pump();
  EXPECT_TRUE(line().gone);
  EXPECT_EQ(live.state(Kind::user), LiveState::off);
}

}  // namespace
}  // namespace icure::sync
