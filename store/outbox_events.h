// What the outbox tells of: an item's new state, and that reads show an entity in another way
// because a change of ours was laid over it or taken off. Internal; as EventTable.
#pragma once
#include <string_view>

#include "store/event_table.h"
#include "store/outbox.h"

namespace icure::store {

void tell_state(EventTable& events, const Item& item);
void tell_laid(EventTable& events, const Item& item, Overlay::Is is);
/// `item` has ended; `was` is what no longer lies over its entity.
void tell_taken_off(EventTable& events, const Item& item, Overlay::Is was);

}  // namespace icure::store
