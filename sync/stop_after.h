// A bound in time for what is under way.
#pragma once
#include <stop_token>

#include "daemon/base/clock.h"
#include "daemon/base/task.h"

namespace icure::sync {

/// Stops `limit` after `delay`, unless `done` is stopped before. Returns whether the time ran out.
/// To be started beside what it bounds, and awaited after it.
Task<bool> stop_after(Clock& clock, Millis delay, std::stop_token done, std::stop_source limit);

}  // namespace icure::sync
