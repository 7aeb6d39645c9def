#include "sync/session.h"

#include <openssl/crypto.h>

#include "sync/token.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// A token is renewed so long before its end; the official client does the same.
constexpr Millis kMargin = 30s;
// platform: for so long after a login its token stands for a person who is there; less a margin.
constexpr Millis kFreshLogin = 5min - kMargin;
constexpr std::size_t kLoginReplyBytes = std::size_t{64} << 10;
constexpr Millis kLoginTimeout = 30s;

/// platform: login answers 401 for every failure it has no other word for, 406 and 417 for the
/// one-time code, 412 for a password that is too short.
Fault login_fault(const HttpReply& reply) {
  Fault fault{Cause::server, reply.status, "the login answered " + std::to_string(reply.status),
              reply.retry_after};
  switch (reply.status) {
    case 401:
    case 403:
    case 412:
      fault.cause = Cause::auth;
      break;
    case 406:
    case 417:
      fault.cause = Cause::otp;
      break;
    case 429:
      fault.cause = Cause::rate_limited;
      break;
    case 407:
      fault.cause = Cause::proxy;
      break;
    case 511:
      fault.cause = Cause::captive_portal;
      break;
    default:
      if (reply.status >= 500) break;
      fault.cause = reply.html ? Cause::captive_portal : Cause::wrong_url;
  }
  return fault;
}

}  // namespace

Session::Session(Http& http, const Clock& clock, Login login)
    : http_(http), clock_(clock), login_(std::move(login)), time_(clock) {}

void Session::replace(Login login) {
  login_ = std::move(login);
  ++login_number_;
  token_ = Secret();
  refresh_token_ = Secret();
}

bool Session::fresh(const Secret& token, Millis dies_at) const {
  return !token.empty() && clock_.uptime() + kMargin < dies_at;
}

bool Session::good_for(Standing standing) const {
  if (!fresh(token_, token_dies_at_)) return false;
  if (standing == Standing::any) return true;
  return logged_in_at_ && clock_.uptime() < *logged_in_at_ + kFreshLogin;
}

bool Session::password_changed() const {
  if (!tried_) return false;
  auto password = login_.password();
  return password && !password->equals(*tried_);
}

/// Every answer tells the platform's time.
Task<Answer<HttpReply>> Session::exchange(HttpRequest request, std::stop_token stop) {
  auto reply = co_await http_.send(std::move(request), stop);
  if (reply && reply->date) {
    server_ahead_ = *reply->date - clock_.wall();
    time_.heard(*reply->date);
  }
  co_return reply;
}

Task<Answer<HttpReply>> Session::send(HttpRequest request, std::stop_token stop,
                                      Standing standing) {
  for (int attempts = 1;; ++attempts) {
    auto ready = co_await ensure_token(standing, stop);
    if (!ready) co_return ready.error();
    HttpRequest attempt;
    attempt.method = request.method;
    attempt.target = request.target;
    attempt.body = request.body;
    attempt.max_body = request.max_body;
    attempt.timeout = request.timeout;
    attempt.sink = request.sink;
    attempt.bearer = token_.copy();
    attempt.new_token = request.new_token.copy();
    const auto used = token_.copy();
    auto reply = co_await exchange(std::move(attempt), stop);
    if (!reply || reply->status != 401) co_return reply;
    // platform: it forgets tokens at its restarts, so an unexpired token may be refused: then it
    // is refreshed once, and if that does not help made by a login once.
    // But one that wants a better standing is only moved by a login.
    const bool wants_login = reply->required_auth_level.has_value();
    if (wants_login && attempts > 1) co_return reply;
    if (attempts > 2) co_return Fault{Cause::auth, 401, "a fresh token was refused"};
    if (token_.equals(used)) token_ = Secret();
    if (wants_login || attempts == 2) refresh_token_ = Secret();
  }
}

Task<Answer<Secret>> Session::token(std::stop_token stop) {
  auto ready = co_await ensure_token(Standing::any, stop);
  if (!ready) co_return ready.error();
  co_return token_.copy();
}

Task<Answer<Done>> Session::ensure_token(Standing standing, std::stop_token stop) {
  // Who waits for another's renewal may be in more of a hurry than that one.
  std::stop_callback wake(stop, [this] { renewed_.fire(); });
  while (renewing_) {
    if (stop.stop_requested()) co_return Fault{Cause::stopping, 0, "the caller waits no longer"};
    co_await renewed_.wait();
  }
  if (good_for(standing)) co_return Done{};
  renewing_ = true;
  const auto login = login_number_;
  auto done = co_await renew(standing, stop);
  if (login != login_number_) {  // replaced meanwhile: what came belongs to the old one
    token_ = Secret();
    refresh_token_ = Secret();
  }
  renewing_ = false;
  renewed_.fire();
  co_return done;
}

Task<Answer<Done>> Session::renew(Standing standing, std::stop_token stop) {
  if (standing == Standing::any && fresh(refresh_token_, refresh_dies_at_)) {
    auto refreshed = co_await refresh(stop);
    // Only a refusal makes a login worth while; an outage would meet it as well.
    if (refreshed || refreshed.error().cause != Cause::auth) co_return refreshed;
    refresh_token_ = Secret();
  }
  co_return co_await log_in(stop);
}

Task<Answer<Done>> Session::refresh(std::stop_token stop) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/rest/v2/auth/refresh";
  request.refresh_token = refresh_token_.copy();
  request.max_body = kLoginReplyBytes;
  request.timeout = kLoginTimeout;
  auto reply = co_await exchange(std::move(request), stop);
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return login_fault(*reply);
  auto accepted = accept(*reply);
  if (accepted) logged_in_at_ = std::nullopt;
  co_return accepted;
}

Task<Answer<Done>> Session::log_in(std::stop_token stop) {
  auto password = login_.password();
  tried_.emplace();
  if (password) tried_ = password->copy();
  if (!password) co_return Fault{Cause::password, 0, password.error().message};
  HttpRequest request;
  request.method = "POST";
  request.target = "/rest/v2/auth/login";
  if (!login_.group_id.empty()) request.target += "?groupId=" + percent_encoded(login_.group_id);
  request.secret_body = login_body(login_.name, *password);
  request.max_body = kLoginReplyBytes;
  request.timeout = kLoginTimeout;
  auto reply = co_await exchange(std::move(request), stop);
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return login_fault(*reply);
  auto accepted = accept(*reply);
  if (accepted) logged_in_at_ = clock_.uptime();
  co_return accepted;
}

/// Takes the tokens out of a login's or refresh's reply and wipes the rest.
Answer<Done> Session::accept(HttpReply& reply) {
  auto tokens = parse_tokens(reply.body);
  OPENSSL_cleanse(reply.body.data(), reply.body.size());
  if (!tokens) {
    if (reply.html) return Fault{Cause::captive_portal, 200, "a web page answered the login"};
    return tokens.error();
  }
  // Lifetimes go by the server's clock: ours may be wrong.
  const auto now = reply.date.value_or(clock_.wall());
  token_ = std::move(tokens->token);
  token_dies_at_ = clock_.uptime() + (tokens->token_expires - now);
  if (!tokens->refresh_token.empty()) {  // platform: a refresh does not send a new one
    refresh_token_ = std::move(tokens->refresh_token);
    refresh_dies_at_ = clock_.uptime() + (tokens->refresh_expires - now);
  }
  return Done{};
}

}  // namespace icure::sync
