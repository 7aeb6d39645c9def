// What `daemon.status` tells of the outbox. Pure.
#pragma once
#include <string>
#include <vector>

#include "daemon/api/warning.h"
#include "sync/outbox/outbox.h"

namespace icure::api {

/// {"queued": 2, ..., "oldest": time}: a count for each state, as JSON.
std::string outbox_status(const sync::Outbox::Summary& summary);

/// What needs somebody's attention: changes that a person must settle, and changes that wait for
/// longer than `warn_after`.
std::vector<Warning> outbox_warnings(const sync::Outbox::Summary& summary, WallTime now,
                                     Millis warn_after);

}  // namespace icure::api
