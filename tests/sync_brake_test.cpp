// sync/brake_rule.h: what is too much to believe, tried all over; and what a decision changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/brake_rule.h"

namespace icure::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> ids(char prefix, std::size_t count) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(prefix + std::to_string(1000 + i));
  return made;
}

TEST(BrakeRuleTest, TripsAboveBothLimitsOrAtHalfOfFiveRowsOrMore) {
  for (const std::uint64_t percent : {0, 5, 100}) {
    for (const std::uint64_t count : {0, 2, 20}) {
      for (std::uint64_t rows = 0; rows <= 120; ++rows) {
        for (std::uint64_t going = 0; going <= rows; ++going) {
          const bool both = going > count &&
                            static_cast<double>(going) > static_cast<double>(percent * rows) / 100;
          const bool half = rows >= 5 && going >= rows - going;
          ASSERT_EQ(trips(rows, going, {percent, count}), both || half)
              << percent << "% " << count << ": " << going << " of " << rows;
        }
      }
    }
  }
}

TEST(BrakeRuleTest, NothingGoesWhereNothingIsLost) {
  const auto verdict = judge({100, false, {}, {}}, {}, {});
  EXPECT_THAT(verdict.go.absent, IsEmpty());
  EXPECT_THAT(verdict.held_anew.absent, IsEmpty());
}

TEST(BrakeRuleTest, CountsDeletionsAndDisablingsTogether) {
  const Loss loss{400, false, ids('a', 15), ids('d', 10)};
  const auto verdict = judge(loss, {}, {});
  EXPECT_THAT(verdict.held_anew.absent, SizeIs(15));
  EXPECT_THAT(verdict.held_anew.disabled, SizeIs(10));
  EXPECT_THAT(judge({400, false, ids('a', 15), {}}, {}, {}).go.absent, SizeIs(15));
}

TEST(BrakeRuleTest, AnEmptyListIsNeverBelieved) {
  EXPECT_THAT(judge({1, true, {"only"}, {}}, {}, {}).held_anew.absent, ElementsAre("only"));
  EXPECT_THAT(judge({2, true, {"a", "b"}, {}}, {{"a", "b"}, {}}, {}).held_anew.absent, IsEmpty());
}

TEST(BrakeRuleTest, WhatIsHeldStaysHeldAndALittleMoreIsAddedToIt) {
  const auto held = ids('a', 30);
  auto lost = held;
  lost.push_back("b");
  const auto verdict = judge({400, false, lost, {}}, {held, {}}, {});
  EXPECT_THAT(verdict.held_before.absent, SizeIs(30));
  EXPECT_THAT(verdict.held_anew.absent, ElementsAre("b"));
}

TEST(BrakeRuleTest, WhenMostCameBackALittleMoreGoesOn) {
  const auto verdict = judge({400, false, {"a1000", "b"}, {}}, {ids('a', 30), {}}, {});
  EXPECT_THAT(verdict.held_before.absent, ElementsAre("a1000")) << "somebody still has to decide";
  EXPECT_THAT(verdict.go.absent, ElementsAre("b"));
}

TEST(BrakeRuleTest, WhatWasDiscardedIsIgnoredUntilTheRestGrowsByTheLimitsAgain) {
  const auto discarded = ids('a', 30);
  auto lost = discarded;
  lost.push_back("b");
  auto verdict = judge({400, false, lost, {}}, {{}, discarded}, {});
  EXPECT_THAT(verdict.kept.absent, SizeIs(30));
  EXPECT_THAT(verdict.go.absent, ElementsAre("b"));
  const auto more = ids('b', 21);
  lost.insert(lost.end(), more.begin(), more.end());
  verdict = judge({400, false, lost, {}}, {{}, discarded}, {});
  EXPECT_THAT(verdict.kept.absent, SizeIs(30));
  EXPECT_THAT(verdict.held_anew.absent, SizeIs(22));
}

}  // namespace
}  // namespace icure::sync
