// The questions that only the kernel, a name server, the platform or the gateway can answer. Each
// blocks until there is an answer, for half a minute at most.
#pragma once
#include <optional>

#include "daemon/config.h"
#include "daemon/doctor/line.h"

namespace icure::doctor {

/// 0, or why the name has no address, as getaddrinfo() tells it.
int resolve(const std::string& host);

/// Asks the platform whether it is there, without a login.
sync::Probe probe_platform(const PlatformConfig& platform);

/// Asks the gateway for something that sends nothing and needs no login.
sync::Probe probe_gateway(const Config& config);

/// One login with the daemon's own credential: the platform locks users after a few wrong ones.
sync::Answer<Done> log_in(const PlatformConfig& platform);

/// Whether somebody keeps the kernel's clock right; nothing if the kernel does not say.
std::optional<bool> clock_is_synchronised();

}  // namespace icure::doctor
