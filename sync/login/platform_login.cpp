#include "sync/login/platform_login.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "sync/token.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Said = Proof::Said;

constexpr std::size_t kReplyBytes = std::size_t{64} << 10;
constexpr std::size_t kLeastCode = 4;  // digits
constexpr std::size_t kMostCode = 10;
// platform: how strong a login was, where its token tells.
constexpr int kLongToken = 10;
constexpr int kShortToken = 40;
constexpr int kTwoFactors = 50;

/// platform: a one-time code is appended to the password.
Secret with_code(const Secret& password, const Secret& otp) {
  if (otp.empty()) return password.copy();
  auto both = Secret::zeroed(password.size() + 1 + otp.size());
  std::memcpy(both.data(), password.bytes().data(), password.size());
  both.data()[password.size()] = '|';
  std::memcpy(both.data() + password.size() + 1, otp.bytes().data(), otp.size());
  return both;
}

Said said_by(const HttpReply& reply, bool has_code) {
  switch (reply.status) {
    case 200:
      return Said::accepted;
    case 401:
    case 412:  // platform: shorter than any password
      return Said::refused;
    case 406:
      return Said::otp_wrong;
    case 417:
      return Said::otp_needed;
    case 429:
      // Without a code it is not about this user: the platform has too much to do.
      return has_code ? Said::too_many : Said::no_answer;
    default:
      return Said::no_answer;
  }
}

}  // namespace

bool may_hold_code(const Secret& password) {
  const auto text = password.reveal();
  const auto bar = text.rfind('|');
  if (bar == std::string_view::npos) return false;
  const auto code = text.substr(bar + 1);
  return code.size() >= kLeastCode && code.size() <= kMostCode &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Task<Proof> ask_platform(Http& http, const std::string& group_id, const std::string& name,
                         const Secret& password, const Secret& otp, std::stop_token stop) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/rest/v2/auth/login";
  if (!group_id.empty()) request.target += "?groupId=" + percent_encoded(group_id);
  request.secret_body = login_body(name, with_code(password, otp));
  request.max_body = kReplyBytes;
  request.once = true;  // a wrong code sent twice counts twice
  const bool has_code = !otp.empty() || may_hold_code(password);
  auto reply = co_await http.send(std::move(request), stop);
  Proof proof;
  if (!reply) {
    proof.fault = std::move(reply).error();
    co_return proof;
  }
  proof.date = reply->date;
  proof.retry_after = reply->retry_after;
  proof.said = said_by(*reply, has_code);
  proof.fault = Fault{Cause::server, reply->status, "the login was not answered as it should be"};
  if (proof.said != Said::accepted) co_return proof;
  auto tokens = parse_tokens(reply->body);
  OPENSSL_cleanse(reply->body.data(), reply->body.size());
  std::optional<TokenClaims> claims;
  if (tokens) claims = claims_of(tokens->token.reveal());
  if (!claims || claims->user.empty()) {
    proof.said = Said::no_answer;
    proof.fault.cause = reply->html ? Cause::captive_portal : Cause::bad_answer;
    co_return proof;
  }
  proof.user = std::move(claims->user);
  proof.by_token = claims->level == kLongToken || claims->level == kShortToken;
  proof.two_factors = has_code || claims->level == kTwoFactors;
  co_return proof;
}

}  // namespace icure::sync
