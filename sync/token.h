// The platform's login messages and tokens, kept out of ordinary strings. Pure.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"
#include "sync/cause.h"

namespace icure::sync {

struct Tokens {
  Secret token;
  WallTime token_expires{};  ///< By the server's clock.
  Secret refresh_token;      ///< Empty in the answer to a refresh.
  WallTime refresh_expires{};
};

/// The body of `POST /auth/login`.
Secret login_body(std::string_view name, const Secret& password);

/// Reads the answer of login or refresh. Fails with bad_answer. The signature of a token is the
/// platform's business; we read its `exp` only to renew it in time.
Answer<Tokens> parse_tokens(std::string_view body);

}  // namespace icure::sync
