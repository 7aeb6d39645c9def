// What the status of an answer says of the line, for every caller of the platform alike. Pure.
#pragma once
#include "sync/ports.h"

namespace icure::sync {

/// The cause of a reply that is not what was asked for. `of_401`: what one means that came as far
/// as the caller: where a session renews its login by itself, that our kind of login is too weak.
Cause cause_of(const HttpReply& reply, Cause of_401);

}  // namespace icure::sync
