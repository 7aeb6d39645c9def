// The platform's login messages and tokens, kept out of ordinary strings. Pure.
#pragma once
#include <optional>
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

/// What a token says of itself. Its signature is the platform's business: to be believed only of a
/// token that came from the platform itself.
struct TokenClaims {
  WallTime expires{};        ///< By the server's clock.
  std::string user;          ///< Empty if it does not say.
  std::optional<int> level;  ///< platform: how strong the login was; on the cloud only.
};
std::optional<TokenClaims> claims_of(std::string_view token);

/// The body of `POST /auth/login`.
Secret login_body(std::string_view name, const Secret& password);

/// Reads the answer of login or refresh. Fails with bad_answer.
Answer<Tokens> parse_tokens(std::string_view body);

}  // namespace icure::sync
