// Lanes: who waits for whom, and that nobody waits for longer than that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <string>

#include "sync/outbox/lanes.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class LanesTest : public ::testing::Test {
 protected:
  static store::Item item(std::uint64_t number, const std::string& entity,
                          std::vector<std::string> refers = {}) {
    store::Item made;
    made.number = number;
    made.entity = entity;
    made.refers = std::move(refers);
    return made;
  }
  void add(std::uint64_t number, const std::string& entity, std::vector<std::string> refers = {},
           Millis due = 0ms) {
    items[number] = item(number, entity, std::move(refers));
    lanes.add(items[number], due);
  }
  std::vector<std::uint64_t> dependants(std::uint64_t number) {
    std::vector<std::uint64_t> found;
    for (const auto& place : lanes.dependants(at(number))) found.push_back(place.number);
    return found;
  }
  Lanes::Place at(std::uint64_t number) { return Lanes::place_of(items.at(number)); }
  /// Everything that may go now; it runs.
  std::vector<std::uint64_t> take() {
    std::vector<std::uint64_t> taken;
    while (const auto place = lanes.take(now)) taken.push_back(place->number);
    return taken;
  }

  std::map<std::uint64_t, store::Item> items;
  Lanes lanes{100};
  Millis now = 0ms;
};

TEST_F(LanesTest, ItemsOfOneEntityGoOneAfterAnotherAndOthersBesideThem) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  EXPECT_THAT(take(), ElementsAre(1, 3));
  EXPECT_THAT(take(), IsEmpty());
  lanes.end(at(1));
  EXPECT_THAT(take(), ElementsAre(2));
}

TEST_F(LanesTest, NoMoreRunThanMayAtOnce) {
  lanes.set_parallel(2);
  for (std::uint64_t each = 1; each <= 4; ++each) add(each, std::to_string(each));
  EXPECT_THAT(take(), ElementsAre(1, 2));
  EXPECT_EQ(lanes.next_due(), std::nullopt) << "nothing to wake up for";
  lanes.end(at(1));
  EXPECT_THAT(take(), ElementsAre(3));
  lanes.set_parallel(3);
  EXPECT_THAT(take(), ElementsAre(4));
}

TEST_F(LanesTest, WhatIsTriedAgainLaterHoldsUpItsOwnLaneOnly) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  EXPECT_THAT(take(), ElementsAre(1, 3));
  lanes.queue(at(1), 10s);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(lanes.next_due(), 10s);
  now = 10s;
  EXPECT_THAT(take(), ElementsAre(1));
}

TEST_F(LanesTest, WhoIsDueFirstGoesFirst) {
  add(1, "a", {}, 5s);
  add(2, "b", {}, 3s);
  add(3, "c", {}, 3s);
  now = 5s;
  EXPECT_THAT(take(), ElementsAre(2, 3, 1));
}

TEST_F(LanesTest, AParkedItemHoldsUpItsOwnLaneOnly) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  lanes.park(at(1));
  EXPECT_THAT(take(), ElementsAre(3));
  lanes.queue(at(1), 0ms);
  EXPECT_THAT(take(), ElementsAre(1));
}

TEST_F(LanesTest, WaitsForTheEarlierItemsOfWhatItRefersToAndNotForLaterOnes) {
  add(1, "owner");
  add(2, "owner");
  add(3, "user", {"owner", "inviter", "owner"});
  add(4, "owner");
  EXPECT_THAT(take(), ElementsAre(1));
  lanes.end(at(1));
  EXPECT_THAT(take(), ElementsAre(2));
  lanes.end(at(2));
  EXPECT_THAT(take(), ElementsAre(3, 4)) << "nor does the later one wait for it";
}

TEST_F(LanesTest, WaitsForEveryoneThatItRefersTo) {
  add(1, "owner");
  add(2, "inviter");
  add(3, "user", {"owner", "inviter"});
  take();
  lanes.end(at(1));
  EXPECT_THAT(take(), IsEmpty());
  lanes.end(at(2));
  EXPECT_THAT(take(), ElementsAre(3));
}

TEST_F(LanesTest, AnItemTakenBackInTheMiddleOfALaneSetsNobodyFreeTooEarly) {
  add(1, "owner");
  add(2, "owner");
  add(3, "user", {"owner"});
  take();
  lanes.end(at(2));
  EXPECT_THAT(take(), IsEmpty());
  lanes.end(at(1));
  EXPECT_THAT(take(), ElementsAre(3));
}

TEST_F(LanesTest, AnItemThatEndsWhileItWaitsLeavesNothingBehind) {
  add(1, "owner");
  add(2, "user", {"owner"});
  add(3, "user");
  lanes.end(at(2));
  EXPECT_THAT(take(), ElementsAre(1, 3));
  lanes.end(at(1));
  lanes.end(at(3));
  EXPECT_EQ(lanes.size(), 0u);
  EXPECT_EQ(lanes.running(), 0u);
}

TEST_F(LanesTest, NamesThoseThatComeToNothingWithAnItem) {
  add(1, "a");
  add(2, "a", {"a"});  // builds on the first
  add(3, "a");         // does not
  add(4, "b", {"a"});
  add(5, "c", {"b"});
  add(6, "d", {"a"});
  lanes.park(at(6));
  EXPECT_THAT(dependants(1), UnorderedElementsAre(2, 4));
  EXPECT_THAT(dependants(4), ElementsAre(5));
  take();
  lanes.end(at(1));
  lanes.end(at(2));
  lanes.end(at(3));
  EXPECT_THAT(dependants(3), IsEmpty()) << "who has passed does not depend any more";
}

TEST_F(LanesTest, AnItemThatComesBackTakesItsOldPlaceButDoesNotRunBesideItsLane) {
  add(2, "a");
  add(3, "a");
  EXPECT_THAT(take(), ElementsAre(2));
  add(1, "a");
  EXPECT_THAT(take(), IsEmpty());
  lanes.queue(at(2), 0ms);
  EXPECT_THAT(take(), ElementsAre(1));
  lanes.end(at(1));
  EXPECT_THAT(take(), ElementsAre(2));
}

TEST_F(LanesTest, AnUnknownPlaceIsIgnored) {
  add(1, "a");
  lanes.end(at(1));
  lanes.end(at(1));
  lanes.park(at(1));
  lanes.queue(at(1), 0ms);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(lanes.size(), 0u);
}

/// The rules, said as plainly as they can be: every question looks at every item.
struct NaiveLanes {
  enum class Stage { waits, runs, parked };
  struct One {
    store::Item item;
    Stage stage = Stage::waits;
    Millis due{0};
  };
  std::map<std::uint64_t, One> items;

  bool may_go(const One& one, Millis now) const {
    if (one.stage != Stage::waits || one.due > now) return false;
    for (const auto& [number, other] : items) {
      if (number >= one.item.number) return true;
      const auto& refers = one.item.refers;
      if (other.item.entity == one.item.entity) return false;
      if (std::find(refers.begin(), refers.end(), other.item.entity) != refers.end()) return false;
    }
    return true;
  }
  std::vector<std::uint64_t> may_go(Millis now) const {
    std::vector<std::uint64_t> found;
    for (const auto& [number, one] : items) {
      if (may_go(one, now)) found.push_back(number);
    }
    return found;
  }
};

TEST_F(LanesTest, DoesWhatTheRulesSayInAnyOrderOfEvents) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const auto entity = [&] { return std::string(1, static_cast<char>('a' + below(6))); };
  NaiveLanes naive;
  std::uint64_t numbers = 0;
  for (int step = 0; step < 20'000; ++step) {
    now += Millis(below(3));
    if (naive.items.empty() || below(5) < 2) {
      std::vector<std::string> refers;
      for (auto left = below(3); left > 0; --left) refers.push_back(entity());
      const auto due = now + Millis(below(5));
      add(++numbers, entity(), refers, due);
      naive.items[numbers] = {items[numbers], NaiveLanes::Stage::waits, due};
    } else if (below(3) == 0) {
      const auto expected = naive.may_go(now);
      const auto place = lanes.take(now);
      ASSERT_EQ(place.has_value(), !expected.empty()) << "step " << step;
      if (!place) continue;
      ASSERT_THAT(expected, testing::Contains(place->number)) << "step " << step;
      naive.items.at(place->number).stage = NaiveLanes::Stage::runs;
    } else {
      auto chosen =
          std::next(naive.items.begin(), static_cast<std::ptrdiff_t>(below(naive.items.size())));
      const auto place = at(chosen->first);
      switch (below(naive.items.size() > 30 ? 2 : 4)) {
        case 2:
          lanes.park(place);
          chosen->second.stage = NaiveLanes::Stage::parked;
          break;
        case 3:
          chosen->second.due = now + Millis(below(5));
          lanes.queue(place, chosen->second.due);
          chosen->second.stage = NaiveLanes::Stage::waits;
          break;
        default:
          lanes.end(place);
          naive.items.erase(chosen);
      }
    }
    ASSERT_EQ(lanes.size(), naive.items.size());
  }
}

}  // namespace
}  // namespace icure::sync
