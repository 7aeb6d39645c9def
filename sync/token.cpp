#include "sync/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace icure::sync {
namespace {

using Json = nlohmann::json;

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
}

/// The middle part of a JWT, which is JSON in base64url without padding.
Json claims_in(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  std::string claims(token.substr(first + 1, second - first - 1));
  std::replace(claims.begin(), claims.end(), '-', '+');
  std::replace(claims.begin(), claims.end(), '_', '/');
  const std::size_t padding = (4 - claims.size() % 4) % 4;
  claims.append(padding, '=');
  std::vector<unsigned char> bytes(claims.size() / 4 * 3 + 1);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(claims.data()),
                      static_cast<int>(claims.size()));
  if (size < static_cast<int>(padding)) return {};
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return Json::parse(bytes, nullptr, false);
}

/// What a byte of a JSON string takes, and how it is written.
std::size_t escaped_size(unsigned char byte) {
  if (byte < 0x20) return 6;
  return byte == '"' || byte == '\\' ? 2 : 1;
}
unsigned char* write_escaped(unsigned char byte, unsigned char* to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (byte < 0x20) {
    constexpr std::string_view kZeros = "\\u00";
    to = std::copy(kZeros.begin(), kZeros.end(), to);
    *to++ = static_cast<unsigned char>(kDigits[byte >> 4]);
    *to++ = static_cast<unsigned char>(kDigits[byte & 15]);
    return to;
  }
  if (byte == '"' || byte == '\\') *to++ = '\\';
  *to++ = byte;
  return to;
}

/// Moves a string member out of `json` into locked memory.
std::optional<Secret> take(Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_string()) return std::nullopt;
  auto& text = json[name].get_ref<std::string&>();
  Secret secret(text);
  wipe(text);
  return secret;
}

}  // namespace

std::optional<TokenClaims> claims_of(std::string_view token) {
  const auto json = claims_in(token);
  if (!json.is_object() || !json.contains("exp") || !json["exp"].is_number_integer()) return {};
  TokenClaims claims;
  // A hostile year must not overflow the arithmetic of whoever subtracts.
  const auto seconds = std::clamp<std::int64_t>(json["exp"].get<std::int64_t>(), 0, 1LL << 33);
  claims.expires = WallTime(std::chrono::seconds(seconds));
  if (json.contains("u") && json["u"].is_string()) claims.user = json["u"].get<std::string>();
  if (json.contains("tac") && json["tac"].is_number_integer()) {
    claims.level =
        static_cast<int>(std::clamp<std::int64_t>(json["tac"].get<std::int64_t>(), 0, 1000));
  }
  return claims;
}

Secret login_body(std::string_view name, const Secret& password) {
  // The password by hand, since a JSON library leaves copies of it behind; in its exact size, since
  // locked memory is scarce.
  const Json json = name;
  const auto head = R"({"username":)" + json.dump(-1, ' ', false, Json::error_handler_t::replace) +
                    R"(,"password":")";
  constexpr std::string_view kTail = "\"}";
  std::size_t size = head.size() + kTail.size();
  for (const auto byte : password.bytes()) size += escaped_size(byte);
  auto body = Secret::zeroed(size);
  auto* end = std::copy(head.begin(), head.end(), body.data());
  for (const auto byte : password.bytes()) end = write_escaped(byte, end);
  std::copy(kTail.begin(), kTail.end(), end);
  return body;
}

Answer<Tokens> parse_tokens(std::string_view body) {
  auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Fault{Cause::bad_answer, 200, "the login's answer is not JSON"};
  auto token = take(json, "token");
  if (!token) return Fault{Cause::bad_answer, 200, "the login's answer has no token"};
  const auto claims = claims_of(token->reveal());
  if (!claims) return Fault{Cause::bad_answer, 200, "the login's token has no expiry"};
  Tokens tokens{std::move(*token), claims->expires, {}, {}};
  if (auto refresh = take(json, "refreshToken")) {
    // Without an expiry it is of no use to us: then the next renewal is a login.
    if (const auto dies = claims_of(refresh->reveal())) {
      tokens.refresh_token = std::move(*refresh);
      tokens.refresh_expires = dies->expires;
    }
  }
  return tokens;
}

}  // namespace icure::sync
