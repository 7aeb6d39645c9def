#include "daemon/notify.h"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

namespace icure::notify {

void ready() {
  sd_notify(0, "READY=1");
}
void stopping() {
  sd_notify(0, "STOPPING=1");
}
void reloading() {
  sd_notify(0, "RELOADING=1");
}
void status(const std::string& text) {
  sd_notify(0, ("STATUS=" + text).c_str());
}
void alive() {
  sd_notify(0, "WATCHDOG=1");
}

std::optional<Millis> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  // systemd's advice: twice as often as it looks.
  return std::chrono::duration_cast<Millis>(std::chrono::microseconds(microseconds) / 2);
}

Result<std::optional<int>> passed_socket() {
  const int count = sd_listen_fds(1);
  if (count <= 0) return std::optional<int>();
  if (count > 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, nullptr, 0) <= 0) {
    return Error{Code::invalid, "systemd passed something else than one listening Unix socket",
                 "use the icure-syncd.socket unit as it is shipped"};
  }
  return std::optional(SD_LISTEN_FDS_START);
}

}  // namespace icure::notify
