// `icure-syncd --doctor`: looks at everything that the daemon stands on, changes nothing, and says
// of each whether it is well, and if not what to do.
#pragma once
#include <string>
#include <vector>

#include "daemon/config_file.h"
#include "daemon/doctor/finding.h"

namespace icure::doctor {

enum class Reach { everything, this_machine };

/// All findings, in an order that does not change, whatever is wrong. May take some seconds. To be
/// called by a process that does nothing else: it may set CREDENTIALS_DIRECTORY.
std::vector<Finding> examine(const ConfigSources& sources, Reach reach);

}  // namespace icure::doctor
