// Why a call has no result.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/result.h"

namespace icure::client {

enum class Trouble {
  refused,      ///< The daemon answered with an error: see `code` and `word`.
  unreachable,  ///< Nobody listens on the socket.
  not_allowed,  ///< The socket's mode keeps this user out.
  timed_out,    ///< No answer in time. What the call does may still happen.
  lost,         ///< The connection ended before the answer. What the call does may have happened.
};

struct Failure {
  Trouble trouble = Trouble::refused;
  int code = 0;      ///< Of JSON-RPC; 0 unless refused.
  std::string word;  ///< As the contract lists them, such as "not_found"; also for local troubles.
  std::string message;
  std::string hint;  ///< What to do next.
  bool retryable = false;
  std::optional<Millis> retry_after = {};
};

/// The exit code of icurectl: one for each thing that a script may want to tell apart.
enum class Exit {
  ok = 0,
  failed = 1,
  usage = 2,
  unreachable = 3,
  not_permitted = 4,
  not_found = 5,
  conflict = 6,
  offline = 7,
  stale = 8,
  login_needed = 9,
  try_later = 75,
};
Exit exit_of(const Failure& failure);

/// `failure` as the JSON object that JSON-RPC has under "error".
std::string json_of(const Failure& failure);

}  // namespace icure::client
