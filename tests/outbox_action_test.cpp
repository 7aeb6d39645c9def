// What a person may do with an item, in every state.
#include <gtest/gtest.h>

#include "sync/outbox/action.h"

namespace icure::sync {
namespace {

using store::ItemState;

constexpr std::array kActions = {Action::hold, Action::release, Action::retry, Action::discard};

TEST(ActionTest, EveryStateAllowsWhatTheTableSays) {
  const std::map<ItemState, std::string> table = {
      {ItemState::queued, "h  d"},  {ItemState::sending, "    "},   {ItemState::retrying, "h td"},
      {ItemState::blocked, "h td"}, {ItemState::held, " r d"},      {ItemState::done, "    "},
      {ItemState::failed, "   d"},  {ItemState::cancelled, "    "}, {ItemState::expired, "    "},
  };
  ASSERT_EQ(table.size(), store::kItemStates);
  for (const auto& [state, row] : table) {
    for (std::size_t each = 0; each < kActions.size(); ++each) {
      const auto may = allowed(kActions[each], state);
      EXPECT_EQ(static_cast<bool>(may), row[each] != ' ') << name_of(state) << " " << each;
      if (may) continue;
      EXPECT_EQ(may.error().code, Code::conflict);
      EXPECT_NE(may.error().message.find(name_of(state)), std::string::npos);
      EXPECT_FALSE(may.error().hint.empty());
    }
  }
}

TEST(ActionTest, LeadsToAStateInWhichItIsNotAllowedAgain) {
  for (const auto action : kActions) {
    store::Item item;
    item.id = "i1";
    item.state = ItemState::blocked;
    item.next_try = WallTime(Millis(5));
    const auto step = apply(action, item, "a mistake", WallTime(Millis(7)));
    EXPECT_FALSE(allowed(action, item.state)) << name_of(item.state);
    EXPECT_EQ(item.next_try, std::nullopt);
    EXPECT_EQ(item.last_error.empty(), action != Action::hold);
    EXPECT_EQ(step.note, "a mistake");
    EXPECT_EQ(step.at, WallTime(Millis(7)));
  }
}

TEST(ActionTest, WhatGoesOnIsNotGivenUpForItsAge) {
  store::Item item;
  item.state = ItemState::held;
  apply(Action::release, item, "", WallTime(Millis(7)));
  EXPECT_EQ(item.state, ItemState::queued);
  EXPECT_EQ(item.since, WallTime(Millis(7)));
}

}  // namespace
}  // namespace icure::sync
