// Why the platform could not be used: the words that status, runs and retries go by.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/result.h"

namespace icure::sync {

enum class Cause {
  none,
  no_route,        ///< The network is down or has no way to the platform.
  dns,             ///< Its name cannot be resolved.
  connect,         ///< It refuses the connection, or drops it.
  timeout,         ///< It does not answer in time.
  tls,             ///< Its certificate cannot be trusted.
  clock,           ///< Its certificate is not valid by our clock: that one is wrong, or it expired.
  proxy,           ///< The proxy refuses or cannot be reached.
  captive_portal,  ///< Somebody else answers in its place, such as a hotel's login page.
  auth,            ///< It refuses our login.
  password,        ///< The password of our login cannot be read here.
  otp,             ///< Our login needs a one-time code.
  permission,      ///< Our user may not do this.
  rate_limited,    ///< It asked us to wait.
  server,          ///< It failed (5xx).
  bad_answer,      ///< An answer was cut off, not JSON, or of the wrong shape.
  wrong_url,       ///< What answers there does not know the platform's calls.
  oversized,       ///< An answer was far larger than what was asked for.
  refused,         ///< It says our request is wrong (4xx).
  paused,          ///< A person paused the sync.
  disk,            ///< Our own disk is full.
  store,           ///< Our own database failed.
  stopping,        ///< We are shutting down.
};

/// The word on the socket and in logs, such as "rate_limited".
std::string_view word_of(Cause cause);

/// The cause with that word; none if there is none.
Cause cause_named(std::string_view word);

/// What it means and what helps, for a clinic's admin.
struct Explanation {
  std::string_view text;
  std::string_view hint;
};
Explanation explain(Cause cause);

/// A request to the platform that failed.
struct Fault {
  Cause cause = Cause::server;
  int status = 0;                          ///< Of HTTP; 0 if none was got.
  std::string message = {};                ///< For the log: no payload, no contact, no secret.
  std::optional<Millis> retry_after = {};  ///< The platform asked to wait so long.
  bool went_out = false;  ///< No answer, but the request may have arrived: it may be done.
};

template <class T>
using Answer = Result<T, Fault>;

/// Whether another request would meet the same obstacle: then a run ends.
bool ends_run(Cause cause);

/// The fault as a caller of the socket is told: offline, read_only, blocked or internal.
Error error_of(const Fault& fault);

/// A failure of our own store, as a fault of the run that met it.
Fault fault_of(const Error& error);

}  // namespace icure::sync
