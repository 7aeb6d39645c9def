// icurectl-dashboard from its words to its exit code.
#pragma once
#include <chrono>
#include <csignal>
#include <iosfwd>
#include <string>
#include <vector>

#include "ipc/client/dashboard/activity.h"

namespace icure::dashboard {

/// SOCKET PORT IDLE_SECONDS text|json. Serves until SIGINT, SIGTERM or SIGHUP, or nobody looked for
/// so long. To be called before the process has other threads, which would have to block these.
int run(const std::vector<std::string>& words, std::ostream& out, std::ostream& err);

/// Until a signal ends it, or nobody looked for so long. The thread has to block those signals.
void wait_for_end(const Activity& activity, std::chrono::nanoseconds idle, const sigset_t& signals);

}  // namespace icure::dashboard
