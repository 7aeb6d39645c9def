// The platform's answer to a login, and the token (a JWT) in it.
#include "sync/token.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;

void read_claims(std::string_view token) {
  const auto claims = sync::claims_of(token);
  if (!claims) return;
  const auto expires = claims->expires.time_since_epoch();
  require(expires >= Millis(0) && expires <= std::chrono::hours(24 * 366 * 400),
          "times can be reckoned with");
  require(!claims->level || (*claims->level >= 0 && *claims->level <= 1000), "a level is sane");
}

void read_answer(std::string_view body) {
  const auto tokens = sync::parse_tokens(body);
  if (!tokens) {
    require(!tokens.error().message.empty(), "a fault has words");
    return;
  }
  require(sync::claims_of(tokens->token.reveal()).has_value(), "a token says when it ends");
  require(tokens->refresh_token.empty() || tokens->refresh_expires > WallTime{} ||
              sync::claims_of(tokens->refresh_token.reveal()).has_value(),
          "so does a refresh token");
}

/// A password arrives at the platform as it was typed.
void write_login(std::string_view text) {
  const auto body = sync::login_body(text, Secret(text));
  if (!fuzz::is_utf8(text)) return;
  const auto json = nlohmann::json::parse(body.reveal(), nullptr, false);
  require(json.is_object() && json["password"] == text && json["username"] == text,
          "a login's body is JSON, with the name and the password in it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  read_claims(text);
  read_answer(text);
  if (size > 0 && size < 1024) write_login(text);
  return 0;
}
