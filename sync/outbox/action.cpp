#include "sync/outbox/action.h"

#include <array>

namespace icure::sync {
namespace {

using store::ItemState;

struct Rule {
  bool hold, release, retry, discard;
  std::string_view otherwise;  ///< What is left to do where an action is not allowed.
};

/// By ItemState.
constexpr std::array<Rule, store::kItemStates> kRules = {{
    {true, false, false, true, "it goes out by itself as soon as it is its turn"},     // queued
    {false, false, false, false, "it is being sent just now; try again in a moment"},  // sending
    {true, false, true, true, "it is tried again by itself; retry tries it now"},      // retrying
    {true, false, true, true, "retry tries it again, discard takes it back"},          // blocked
    {false, true, false, true, "release lets it go on, discard takes it back"},        // held
    {false, false, false, false, "it is done; to undo it, make the opposite change"},  // done
    {false, false, false, true, "it was refused for good; discard it, then enter it again"},
    {false, false, false, false, "it was taken back; enter it again if it is needed"},  // cancelled
    {false, false, false, false, "its time ran out; enter it again if it is needed"},   // expired
}};

struct Words {
  std::string_view done;  ///< "an item that is STATE cannot be ..."
  bool Rule::*allowed;
};

/// By Action.
constexpr std::array<Words, 4> kWords = {{{"held", &Rule::hold},
                                          {"released", &Rule::release},
                                          {"retried", &Rule::retry},
                                          {"discarded", &Rule::discard}}};

const Words& words_of(Action action) {
  return kWords[static_cast<std::size_t>(action)];
}

}  // namespace

Result<Done> allowed(Action action, ItemState state) {
  const auto& rule = kRules[static_cast<std::size_t>(state)];
  const auto& words = words_of(action);
  if (rule.*words.allowed) return Done{};
  return Error{
      Code::conflict,
      "an item that is " + std::string(name_of(state)) + " cannot be " + std::string(words.done),
      std::string(rule.otherwise)};
}

store::Step apply(Action action, store::Item& item, const std::string& reason, WallTime now) {
  item.next_try.reset();
  item.last_error.clear();
  item.hint.clear();
  switch (action) {
    case Action::hold:
      item.state = ItemState::held;
      item.last_error = "put aside by an administrator";
      item.hint = "icurectl outbox release " + item.id;
      break;
    case Action::release:
    case Action::retry:
      item.state = ItemState::queued;
      item.since = now;
      break;
    case Action::discard:
      item.state = ItemState::cancelled;
      break;
  }
  return {std::string(words_of(action).done), now, reason};
}

}  // namespace icure::sync
