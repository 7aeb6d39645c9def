// daemon/base: small things that everything stands on.
#include <gtest/gtest.h>

#include "daemon/base/event.h"
#include "daemon/base/hex.h"
#include "daemon/base/nap.h"
#include "daemon/base/random.h"
#include "daemon/base/scope.h"
#include "daemon/base/secret.h"
#include "tests/fakes/fake_clock.h"

namespace icure {
namespace {

using namespace std::chrono_literals;

TEST(ClockTest, WritesTimesOneWay) {
  EXPECT_EQ(rfc3339(WallTime(1763890123456ms)), "2025-11-23T09:28:43.456Z");
  EXPECT_EQ(rfc3339(WallTime(0ms)), "1970-01-01T00:00:00.000Z");
}

TEST(ClockTest, ReadsEveryTimeOfRfc3339AndNothingElse) {
  const WallTime time(1763890123456ms);
  for (const auto* text : {"2025-11-23T09:28:43.456Z", "2025-11-23T10:28:43.456+01:00",
                           "2025-11-23T03:58:43.4567890-05:30"}) {
    EXPECT_EQ(parse_rfc3339(text), time) << text;
  }
  EXPECT_EQ(parse_rfc3339("2025-11-23T09:28:43Z"), WallTime(1763890123s));
  EXPECT_EQ(parse_rfc3339("2025-11-23T09:28:43.5Z"), WallTime(1763890123500ms));
  for (const auto* wrong :
       {"", "tomorrow", "2025-11-23", "2025-11-23T09:28:43", "2025-11-23T09:28:43.Z",
        "2025-13-01T00:00:00Z", "2025-11-23T24:00:00Z", "2025-11-23T09:28:43Zx",
        "2025-11-23T09:28:43+1:00", "2025-11-23T09:28:43+01:00x", "2025-11-23T09:28: 3Z"}) {
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  }
}

TEST(ClockTest, ReadsHttpDatesAndNothingElse) {
  EXPECT_EQ(parse_http_date("Sun, 23 Nov 2025 09:28:43 GMT"), WallTime(1763890123s));
  EXPECT_FALSE(parse_http_date("2025-11-23T09:28:43Z"));
  EXPECT_FALSE(parse_http_date("Sun, 23 Nov 2025 09:28:43 GMT; drop"));
  EXPECT_FALSE(parse_http_date(""));
}

TEST(HexTest, GoesThereAndBack) {
  const std::vector<unsigned char> bytes = {0x00, 0x7f, 0xff};
  EXPECT_EQ(to_hex(bytes), "007fff");
  EXPECT_EQ(from_hex("007FfF"), bytes);
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(RandomTest, MakesVersionFourIds) {
  SystemRandom random;
  const auto id = uuid4(random);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_NE(id, uuid4(random));
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(3), 3u);
}

TEST(SecretTest, MovesAndComparesWithoutLeavingACopy) {
  Secret one("correct horse");
  Secret two = one.copy();
  EXPECT_TRUE(one.equals(two));
  Secret three(std::move(one));
  EXPECT_TRUE(one.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(three.reveal(), "correct horse");
  EXPECT_FALSE(three.equals(Secret("correct house")));
  EXPECT_TRUE(Secret().equals(Secret("")));
}

Task<Result<int>> answer_later(Clock& clock, std::stop_token stop) {
  auto slept = co_await clock.sleep(1s, stop);
  if (!slept) co_return slept.error();
  co_return 42;
}

TEST(TaskTest, MayBeStartedFirstAndAwaitedLater) {
  fakes::FakeClock clock;
  std::stop_source stop;
  auto task = answer_later(clock, stop.get_token());
  task.start();
  EXPECT_FALSE(task.done());
  clock.advance(1s);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(*task.take(), 42);
}

Task<Done> wait_for(Clock& clock, std::stop_token stop, int& ended) {
  auto slept = co_await clock.sleep(1h, stop);
  if (!slept) ++ended;
  co_return Done{};
}

TEST(ScopeTest, AsksItsTasksToStopAndTellsWhenTheLastIsDone) {
  fakes::FakeClock clock;
  Scope scope;
  int ended = 0;
  scope.run(wait_for(clock, scope.token(), ended));
  scope.run(wait_for(clock, scope.token(), ended));
  EXPECT_EQ(scope.running(), 2u);
  bool empty = false;
  scope.drain([&] { empty = true; });
  EXPECT_TRUE(empty);
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(clock.sleepers(), 0u);
}

Task<Done> wait_for_event(Event& event, int& woken) {
  co_await event.wait();
  ++woken;
  co_return Done{};
}

TEST(EventTest, WakesAllWhoWaitAndNoneWhoComeLater) {
  Event event;
  Scope scope;
  int woken = 0;
  scope.run(wait_for_event(event, woken));
  scope.run(wait_for_event(event, woken));
  event.fire();
  EXPECT_EQ(woken, 2);
  scope.run(wait_for_event(event, woken));
  EXPECT_EQ(woken, 2);
  event.fire();
  EXPECT_EQ(scope.running(), 0u);
}

Task<Done> take_naps(Nap& nap, std::stop_token stop, std::vector<bool>& woken) {
  while (!stop.stop_requested()) woken.push_back(co_await nap.take(1h, stop));
  co_return Done{};
}

TEST(NapTest, EndsWhenItIsOverOrSomebodyWakesIt) {
  fakes::FakeClock clock;
  Nap nap(clock);
  Scope scope;
  std::vector<bool> woken;
  scope.run(take_naps(nap, scope.token(), woken));
  clock.advance(59min);
  EXPECT_TRUE(woken.empty());
  clock.advance(1min);
  EXPECT_EQ(woken, std::vector<bool>{false});
  nap.wake();
  EXPECT_EQ(woken, (std::vector<bool>{false, true})) << "once";
  scope.drain([] {});
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_EQ(clock.sleepers(), 0u);
}

TEST(NapTest, MissesNoWakeThatCameBefore) {
  fakes::FakeClock clock(fakes::FakeClock::Stopped::at_next_advance);
  Nap nap(clock);
  Scope scope;
  std::vector<bool> woken;
  nap.wake();
  scope.run(take_naps(nap, scope.token(), woken));
  EXPECT_EQ(woken, std::vector<bool>{true});
  nap.wake();
  nap.wake();
  clock.advance(0ms);
  EXPECT_EQ(woken, (std::vector<bool>{true, true})) << "two in one nap end one nap";
  scope.drain([] {});
  clock.advance(0ms);
  EXPECT_EQ(scope.running(), 0u);
}

}  // namespace
}  // namespace icure
