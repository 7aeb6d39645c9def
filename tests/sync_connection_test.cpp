// sync/connection.h: when the line is asked again.
#include <gtest/gtest.h>

#include "sync/connection.h"
#include "tests/fakes/fake_clock.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

class ConnectionTest : public ::testing::Test {
 protected:
  Fault fault(Cause cause) { return Fault{cause, 0, ""}; }

  Connection connection;
  SystemRandom random;
};

TEST_F(ConnectionTest, IsUnknownUntilSomethingHappened) {
  EXPECT_FALSE(connection.view().known);
  EXPECT_TRUE(connection.succeeded());
  EXPECT_TRUE(connection.view().online);
  EXPECT_FALSE(connection.succeeded()) << "no news";
}

TEST_F(ConnectionTest, ProbesAnOutageWithinTwentySecondsForAnHour) {
  for (Millis now{0}; now < 1h; now += 15s) {
    connection.failed(fault(Cause::connect), now);
    EXPECT_LE(connection.next_probe(now, random), 20s);
  }
  EXPECT_GE(connection.next_probe(1h, random), 54s);
  EXPECT_LE(connection.next_probe(1h, random), 66s);
}

TEST_F(ConnectionTest, AsksWithinASecondAfterTheFirstFailure) {
  connection.succeeded();
  connection.failed(fault(Cause::no_route), 5h);
  EXPECT_LE(connection.next_probe(5h, random), 1s);
}

TEST_F(ConnectionTest, DoesNotHurryARefusedLogin) {
  const std::vector<Millis> expected = {30s, 2min, 10min, 1h, 1h};
  for (const auto about : expected) {
    connection.failed(fault(Cause::auth), 0s);
    const auto delay = connection.next_probe(0s, random);
    EXPECT_GE(delay, about * 9 / 10);
    EXPECT_LE(delay, about * 11 / 10);
  }
}

TEST_F(ConnectionTest, StartsARowAnewForAnotherCause) {
  for (int i = 0; i < 9; ++i) connection.failed(fault(Cause::connect), 0s);
  connection.failed(fault(Cause::auth), 10s);
  EXPECT_LE(connection.next_probe(10s, random), 33s);
}

TEST_F(ConnectionTest, ObeysARequestForQuietButNotForEver) {
  connection.failed(Fault{Cause::rate_limited, 429, "", 90s}, 0s);
  EXPECT_GE(connection.next_probe(0s, random), 90s);
  EXPECT_LE(connection.next_probe(0s, random), 91s);
  connection.failed(Fault{Cause::rate_limited, 429, "", 24h}, 0s);
  EXPECT_LE(connection.next_probe(0s, random), 1h + 1s);
  connection.succeeded();
  EXPECT_EQ(connection.quiet_until(), 0ms);
}

TEST_F(ConnectionTest, IsBoundedOverAWeekOfOutage) {
  int attempts = 0;
  for (Millis now{0}; now < 7 * 24h; ++attempts) {
    connection.failed(fault(Cause::connect), now);
    now += connection.next_probe(now, random);
  }
  // An hour at about 10 s, then a minute each.
  EXPECT_LT(attempts, 12'000);
  EXPECT_GT(attempts, 8'000);
}

TEST_F(ConnectionTest, HasAProbeForEveryCause) {
  for (int cause = 0; cause <= static_cast<int>(Cause::stopping); ++cause) {
    Connection fresh;
    fresh.failed(fault(static_cast<Cause>(cause)), 0s);
    const auto delay = fresh.next_probe(0s, random);
    EXPECT_GT(delay, 0ms);
    EXPECT_LE(delay, 66min);
    EXPECT_FALSE(word_of(static_cast<Cause>(cause)).empty());
  }
}

}  // namespace
}  // namespace icure::sync
