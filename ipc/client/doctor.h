// What icurectl doctor finds, for others who show it.
#pragma once
#include "ipc/client/verb.h"

namespace icure::client {

/// {"ok", "checks"}: what the daemon's program finds, and what can be seen from the
/// socket. May take some seconds. No secret, name or contact is in it.
Json doctor_findings(Runner& runner, const Values& values);

}  // namespace icure::client
