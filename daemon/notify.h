// What systemd and the daemon tell each other: readiness, status, watchdog, passed sockets.
#pragma once
#include <optional>
#include <string>

#include "daemon/base/clock.h"

namespace icure::notify {

// Each does nothing when systemd is not there.
void ready();
void stopping();
void reloading();
void status(const std::string& text);
void alive();  ///< Feeds the watchdog.

/// How often alive() must be called; absent: there is no watchdog.
std::optional<Millis> watchdog_interval();

/// The listening Unix socket that systemd passed, if it did. Fails with invalid for more than one
/// or another kind of socket.
Result<std::optional<int>> passed_socket();

}  // namespace icure::notify
