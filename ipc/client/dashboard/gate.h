// Who may come in: a browser that was given the link, once, and pages that came from here.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/base/random.h"
#include "ipc/client/dashboard/request.h"

namespace icure::dashboard {

/// Any thread.
class Gate {
 public:
  Gate(std::uint16_t port, Random& random);

  /// The link to open, with the token in it.
  std::string link() const;

  /// The answer to somebody who comes with a token: if it is the right one it opens a session, and
  /// is dead from then on; else a refusal.
  Answer admit(const Request& request);

  /// Why not, in words; nothing: it may pass. The page itself needs the session's cookie.
  std::optional<std::string> refuses_page(const Request& request) const;
  /// Events and calls also need the session's key, which no other port of this host is sent, and
  /// must come from the page itself.
  std::optional<std::string> refuses_script(const Request& request) const;

 private:
  std::optional<std::string> refuses_host(const Request& request) const;
  bool has_session(const Request& request) const;

  const std::string port_;
  const std::string token_;
  const std::string cookie_;
  const std::string key_;
  mutable std::mutex mutex_;
  bool open_ = false;  ///< Guarded by mutex_. Whether the token was used.
};

}  // namespace icure::dashboard
