// Session: one logged-in user at the platform. Adds the token to requests, renews it in time, and
// logs in again when the platform has forgotten it.
#pragma once
#include <functional>
#include <string>

#include "daemon/base/event.h"
#include "sync/confirmed_time.h"
#include "sync/ports.h"

namespace icure::sync {

/// How a session proves who it is. `password` is asked at each login, so that a changed credential
/// file counts without a restart.
struct Login {
  std::string name;
  std::string group_id;  ///< Empty: the platform picks.
  std::function<Result<Secret>()> password;
};

/// What a request asks of the token it is sent with.
enum class Standing {
  any,
  fresh_login,  ///< platform: made by a login, not a refresh, a few minutes ago at most.
};

/// Loop thread only; must outlive the tasks it returned.
class Session {
 public:
  Session(Http& http, const Clock& clock, Login login);

  /// As Http::send, with a valid token. A 401 costs one renewal and one repetition; then, and when
  /// the login itself fails, it is Cause::auth, otp or rate_limited. Other statuses are the
  /// caller's to judge, and so is a 401 with required_auth_level after a login made for it: then
  /// the kind of our password is too weak for what was asked.
  Task<Answer<HttpReply>> send(HttpRequest request, std::stop_token stop,
                               Standing standing = Standing::any);

  /// A valid token, for a connection that is not made by send(). Fails as send() does.
  Task<Answer<Secret>> token(std::stop_token stop);
  /// The platform refused that token: the next one is made anew.
  void forget_token() { token_ = Secret(); }

  /// Another login counts from the next request on.
  void replace(Login login);

  /// Whether the password is another one than that of the last login. Reads its file.
  bool password_changed() const;

  /// How far the platform's clock is ahead of ours, by its last answer; absent: not known.
  std::optional<Millis> server_ahead() const { return server_ahead_; }
  /// What its answers tell of the time; lives as long as this.
  const ConfirmedTime& time() const { return time_; }

 private:
  Task<Answer<Done>> ensure_token(Standing standing, std::stop_token stop);
  Task<Answer<Done>> renew(Standing standing, std::stop_token stop);
  Task<Answer<Done>> log_in(std::stop_token stop);
  Task<Answer<Done>> refresh(std::stop_token stop);
  bool fresh(const Secret& token, Millis dies_at) const;
  bool good_for(Standing standing) const;
  Answer<Done> accept(HttpReply& reply);
  Task<Answer<HttpReply>> exchange(HttpRequest request, std::stop_token stop);

  Http& http_;
  const Clock& clock_;
  Login login_;
  Secret token_;
  Secret refresh_token_;
  Millis token_dies_at_{0};             // of Clock::uptime()
  Millis refresh_dies_at_{0};           // of Clock::uptime()
  std::optional<Millis> logged_in_at_;  // of Clock::uptime(); absent: token_ is of a refresh
  std::optional<Secret> tried_;  // the password of the last login; empty: it could not be read
  std::optional<Millis> server_ahead_;
  ConfirmedTime time_;
  int login_number_ = 0;  // counts replace()
  bool renewing_ = false;
  Event renewed_;
};

}  // namespace icure::sync
