// What the kernel tells of this process, as figures.
#pragma once
#include "daemon/api/open_metrics.h"

namespace icure::api {

/// Leaves out what /proc does not tell.
void write_process(OpenMetrics& out);

}  // namespace icure::api
