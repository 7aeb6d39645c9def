// What a person may do with an item of the outbox, and in which states: one table. Pure.
#pragma once
#include <string>

#include "store/outbox.h"

namespace icure::sync {

enum class Action {
  hold,     ///< Puts it aside until it is released.
  release,  ///< Lets a held item go on.
  retry,    ///< Tries it now, rather than later or never.
  discard,  ///< Takes it back; what it asked for is erased.
};

/// Fails with conflict, in words, where the item's state does not allow it.
Result<Done> allowed(Action action, store::ItemState state);

/// Brings an item whose state allows it into the state that the action leads to. Returns the step
/// that tells of it. `reason` goes with discard.
store::Step apply(Action action, store::Item& item, const std::string& reason, WallTime now);

}  // namespace icure::sync
