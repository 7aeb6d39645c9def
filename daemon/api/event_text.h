// An event as it goes out, and who may be told of it. Pure.
#pragma once
#include <string>

#include "ipc/access.h"
#include "store/event.h"

namespace icure::api {

/// The members of a notification after its subscription, with the object's end.
std::string event_text(const store::Event& event);

/// Whether what happened in that topic is this caller's business: the least role, and some kind.
bool may_hear(const ipc::Grant& grant, store::Topic topic);

/// Whether to tell of it who asked for these topics. What is about an entity needs its kind.
bool is_for(const ipc::Grant& grant, store::TopicSet wanted, const store::Event& event);

}  // namespace icure::api
