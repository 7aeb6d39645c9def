#include "store/outbox_events.h"

namespace icure::store {

namespace {

/// How an entity that has an overlay changes for who reads it.
std::string_view change_of(Overlay::Is is) {
  switch (is) {
    case Overlay::Is::creation:
      return kAdded;
    case Overlay::Is::removal:
      return kDeleted;
    case Overlay::Is::edit:
      break;
  }
  return kChanged;
}

/// The same when the overlay is taken off; empty: it does not.
std::string_view change_after(Overlay::Is was, ItemState state) {
  if (state == ItemState::done) return was == Overlay::Is::removal ? "" : kChanged;
  switch (was) {
    case Overlay::Is::creation:
      return kDeleted;
    case Overlay::Is::removal:
      return kAdded;
    case Overlay::Is::edit:
      break;
  }
  return kChanged;
}

void tell(EventTable& events, const Item& item, std::string_view change) {
  if (change.empty()) return;
  events.add(topic_of(item.kind), change, item.kind, item.entity, "");
}

}  // namespace

void tell_state(EventTable& events, const Item& item) {
  events.add(Topic::outbox, name_of(item.state), item.kind, item.id, "");
}

void tell_laid(EventTable& events, const Item& item, Overlay::Is is) {
  tell(events, item, change_of(is));
}

void tell_taken_off(EventTable& events, const Item& item, Overlay::Is was) {
  tell(events, item, change_after(was, item.state));
}

}  // namespace icure::store
