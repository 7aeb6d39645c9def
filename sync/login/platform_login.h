// PlatformLogin: asks the platform whether somebody is who they say, with their own name and
// password. Apart from the daemon's own session; nothing of it is kept.
#pragma once
#include <optional>
#include <string>

#include "sync/ports.h"

namespace icure::sync {

struct Proof {
  enum class Said {
    accepted,
    refused,     ///< platform: a wrong name or password, a disabled or deleted user.
    otp_needed,  ///< The password is right, the one-time code is missing.
    otp_wrong,
    too_many,   ///< Of wrong codes; `retry_after` says how long.
    no_answer,  ///< The platform could not be asked: `fault` says why.
  };
  Said said = Said::no_answer;
  std::string user;          ///< The id of who was accepted.
  bool by_token = false;     ///< By a token of the user's, which ends by itself, not by a password.
  bool two_factors = false;  ///< A one-time code was asked for, as far as can be told.
  std::optional<WallTime> date;  ///< The server's clock.
  std::optional<Millis> retry_after;
  Fault fault{Cause::none};
};

/// Whether a one-time code may be part of this password: then it is no password to be kept.
bool may_hold_code(const Secret& password);

/// `POST /auth/login` with these, once. An empty `otp` is none. What is referred to outlives the
/// task; it ends with no_answer as soon as `stop` is requested.
Task<Proof> ask_platform(Http& http, const std::string& group_id, const std::string& name,
                         const Secret& password, const Secret& otp, std::stop_token stop);

}  // namespace icure::sync
