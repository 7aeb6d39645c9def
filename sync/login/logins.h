// Logins: lets people in by their own name and password, asking the platform, or without a line by
// what it kept of the last time; and throws out whom the platform threw out.
#pragma once
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/event.h"
#include "daemon/base/nap.h"
#include "sync/login/latest_time.h"
#include "sync/login/lockout.h"
#include "sync/login/login_user.h"
#include "sync/login/platform_login.h"
#include "sync/login/sessions.h"
#include "sync/refresh.h"

namespace icure::sync {

struct LoginOptions {
  std::string group_id;              ///< Empty: the platform picks.
  bool offline = true;               ///< Whether anybody gets in without a line.
  bool offline_without_otp = false;  ///< Also those whose login needs a one-time code.
  Millis offline_max_age{0};         ///< After the platform accepted the password last.
  Millis privilege_max_age{0};
  Millis session_idle{0};
  LockoutRule lockout;
};

struct LoginRequest {
  std::string name;  ///< Id, login, e-mail or phone.
  Secret password;
  Secret otp;  ///< Empty: none.
  std::int64_t uid = 0;
  std::string client;
};

/// An open session, as it is told.
struct SessionView {
  store::LoginSession session;
  WallTime ends{};
  bool roles_fresh = false;  ///< The platform was asked about the user's rights lately enough.
};

struct LoggedIn {
  Secret token;  ///< What the session's holder shows from now on.
  SessionView view;
};

/// What the ledger held of logins at the start.
struct KeptLogins {
  std::vector<store::LoginSession> sessions;
  std::vector<store::VerifiedUser> verified;
  std::optional<store::ScryptCost> cost;
  std::optional<WallTime> highest_time;
};
Result<KeptLogins> kept_logins(store::Logins& ledger);

/// Loop thread only; outlives its tasks.
class Logins {
 public:
  /// What it is made of; all outlives it.
  struct Parts {
    store::Logins& ledger;  // touched on the ledger's thread only
    Background& ledger_thread;
    Background& scrypt_thread;
    store::MirrorReader& point;  // the loop thread's
    store::MirrorReader& scan;   // touched on that thread only
    Background& scan_thread;
    Http& http;
    Refresher& refresher;
    Engine& engine;
    Brake& brake;
    Clock& clock;
    Random& random;
  };
  Logins(Parts parts, KeptLogins kept);

  void configure(LoginOptions options);

  /// When this returns a session, it is on the disk; where that takes no writes, the session ends
  /// with the daemon. Waits for the platform for 8 s at most. Fails with
  /// - login_failed: a wrong name, password or one-time code, each in the same time;
  /// - otp_needed;
  /// - login_locked, with retry_after: too many wrong guesses of that caller, or codes;
  /// - offline: the platform cannot be asked, and this user may not be let in without;
  /// - not_mirrored: the platform accepts a user whom the mirror does not hold;
  /// - unavailable: too many at once; or as the ledger does.
  Task<Result<LoggedIn>> log_in(LoginRequest request, std::stop_token stop);

  /// Fails with login_needed when there is no such session (any more).
  Task<Result<SessionView>> current(Secret token);
  /// The id of its user. Fails as current().
  Task<Result<std::string>> whose(Secret token);
  /// Nothing happens where there is none. Fails as the ledger does: then it lasts until a restart.
  Task<Result<Done>> log_out(Secret token);

  std::vector<SessionView> sessions();
  /// Fails with not_found.
  Task<Result<Done>> revoke(std::string session_id);
  /// Ends the user's sessions; the next login is one at the platform.
  Task<Result<Done>> shut_out(std::string user);

  /// Whom the platform disabled, deleted or gave another way to log in is out, and what is too
  /// old is forgotten, until `stop` is requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);
  /// The mirror or the brake is another one than before.
  void mirror_changed();

 private:
  /// Whom a name may mean, by the mirror, and under whom wrong guesses are counted.
  struct Candidates {
    std::vector<LoginUser> users;  // in the order of ids
    std::vector<std::string> subjects;
  };
  /// Which of several users' verifiers accepts a password.
  struct Checked {
    std::optional<std::size_t> user;  // of those that were checked
    std::optional<store::Verifier> verifier;
    bool had_verifier = false;  // any of them
  };
  struct NewSession {
    LoginUser user;
    store::LoginMode mode = store::LoginMode::online;
    WallTime proven{};
    std::optional<store::Verifier> verifier;
  };

  Candidates candidates(const std::string& name) const;
  Task<Result<LoggedIn>> attempt(const LoginRequest& request, const Candidates& known,
                                 std::stop_token stop);
  Task<Proof> ask(const LoginRequest& request, std::stop_token stop);
  Task<Result<LoggedIn>> accepted(const LoginRequest& request, const Proof& proof,
                                  std::stop_token stop);
  Task<Result<LoggedIn>> refused(const LoginRequest& request, const Candidates& known);
  Task<Result<LoggedIn>> without_line(const LoginRequest& request, const Candidates& known,
                                      const Fault& fault);
  Task<Result<LoggedIn>> open(const LoginRequest& request, NewSession made);
  Task<Result<Checked>> check(const std::vector<LoginUser>& users, const Secret& password);
  Task<Result<store::Verifier>> verifier_of(const LoginUser& user, const Secret& password);
  Task<Error> wrong(const LoginRequest& request, const Candidates& known, std::string message);
  Task<Result<std::optional<Millis>>> locked(const LoginRequest& request, const Candidates& known);
  Task<store::ScryptCost> cost();
  SessionView view_of(const store::LoginSession& session);
  bool is_out(const std::string& user, const std::string& mark) const;

  Task<Done> look();
  Task<Done> tidy();
  Task<Done> remember_time();

  Parts parts_;
  LoginOptions options_;
  LatestTime time_;
  Sessions sessions_;
  std::unordered_map<std::string, store::VerifiedUser> verified_;  // by id
  std::optional<store::ScryptCost> cost_;
  std::optional<store::Changes> looked_at_;  // the mirror as of the last look
  std::size_t inside_ = 0;                   // logins under way, waiting or not
  std::size_t at_work_ = 0;
  std::unordered_set<std::string> busy_;  // subjects of those at work
  Event freed_;
  Nap nap_;
};

}  // namespace icure::sync
