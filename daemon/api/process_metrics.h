// What the kernel tells of this process, as figures.
#pragma once
#include "daemon/api/open_metrics.h"
#include "daemon/base/clock.h"

namespace icure::api {

/// Leaves out what /proc does not tell. What of it is not of this process, a service cannot see.
void write_process(OpenMetrics& out, WallTime started);

}  // namespace icure::api
