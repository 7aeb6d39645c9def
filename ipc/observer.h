// The one place where the program is told that a call ended: who called what, and how it went.
#pragma once
#include <chrono>
#include <string_view>

#include "ipc/call.h"
#include "ipc/methods.h"
#include "ipc/trace.h"

namespace icure::ipc {

inline constexpr std::string_view kOutcomeOk = "ok";
/// JSON-RPC's own refusals: nothing was begun.
inline constexpr std::string_view kOutcomeNoMethod = "no_method";
inline constexpr std::string_view kOutcomeParams = "invalid_params";

/// One call, valid while it is told.
struct CallEnd {
  const Caller& caller;
  const Trace& trace;
  std::string_view outcome;  ///< One of the above, or the word of its error; lives for ever.
  std::chrono::nanoseconds took;
};

/// Loop thread only. Called once for each call that was begun or refused, also if the client has
/// left; before its answer leaves. Requests that are not JSON-RPC are no calls.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void ended(const CallEnd& call) = 0;
};

}  // namespace icure::ipc
