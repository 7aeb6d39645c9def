#include "sync/login/logins.h"

#include <algorithm>
#include <iterator>

#include "daemon/base/log.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Said = Proof::Said;

constexpr Millis kLockedByPlatform = 60s;  // where it does not say how long
// Passwords lie in locked memory, of which there is little; scrypt takes 100 ms each.
constexpr std::size_t kMostInside = 32;
constexpr std::size_t kMostAtWork = 8;

Error offline(std::string message, std::string hint) {
  return {Code::offline, std::move(message), std::move(hint)};
}

Error locked_out(Millis wait) {
  return {Code::login_locked, "too many wrong guesses: logins of this user are locked for a while",
          "wait, or ask an administrator to set a new password", wait};
}

}  // namespace

Result<KeptLogins> kept_logins(store::Logins& ledger) {
  auto sessions = ledger.sessions();
  if (!sessions) return std::move(sessions).error();
  auto verified = ledger.verified();
  if (!verified) return std::move(verified).error();
  auto cost = ledger.cost();
  if (!cost) return std::move(cost).error();
  auto highest = ledger.highest_time();
  if (!highest) return std::move(highest).error();
  return KeptLogins{std::move(*sessions), std::move(*verified), *cost, *highest};
}

Logins::Logins(Parts parts, KeptLogins kept)
    : parts_(parts),
      time_(parts.clock, kept.highest_time),
      sessions_(parts.ledger, parts.ledger_thread, std::move(kept.sessions)),
      cost_(kept.cost),
      nap_(parts.clock) {
  for (auto& each : kept.verified) verified_.emplace(each.user, std::move(each));
}

void Logins::configure(LoginOptions options) {
  options_ = std::move(options);
  sessions_.configure({options_.session_idle, options_.offline_max_age});
}

Task<Result<LoggedIn>> Logins::log_in(LoginRequest request, std::stop_token stop) {
  if (inside_ >= kMostInside) {
    co_return Error{Code::unavailable, "too many logins at once", "try again", Millis(1s)};
  }
  ++inside_;
  const auto known = candidates(request.name);
  // One at a time for each user: guesses side by side would all come before the lock.
  const auto& subject = known.subjects.front();
  while (at_work_ >= kMostAtWork || busy_.contains(subject)) co_await freed_.wait();
  ++at_work_;
  busy_.insert(subject);
  auto done = co_await attempt(request, known, stop);
  busy_.erase(subject);
  --at_work_;
  --inside_;
  freed_.fire();
  co_return done;
}

Task<Result<LoggedIn>> Logins::attempt(const LoginRequest& request, const Candidates& known,
                                       std::stop_token stop) {
  auto wait = co_await locked(request, known);
  if (!wait) co_return std::move(wait).error();
  if (*wait) co_return locked_out(**wait);
  const auto proof = co_await ask(request, stop);
  if (proof.date) time_.heard(*proof.date);
  switch (proof.said) {
    case Said::accepted:
      co_return co_await accepted(request, proof, stop);
    case Said::refused:
      co_return co_await refused(request, known);
    case Said::otp_needed:
      co_return Error{Code::otp_needed, "this login needs a one-time code",
                      "ask again with the code as otp"};
    case Said::otp_wrong:
      co_return co_await wrong(request, known, "the one-time code is wrong, or no longer valid");
    case Said::too_many:
      co_return Error{Code::login_locked, "the platform takes no more one-time codes for a while",
                      "wait, then log in with a new code",
                      proof.retry_after.value_or(kLockedByPlatform)};
    case Said::no_answer:
      break;
  }
  co_return co_await without_line(request, known, proof.fault);
}

Task<Result<LoggedIn>> Logins::accepted(const LoginRequest& request, const Proof& proof,
                                        std::stop_token stop) {
  std::vector<std::string> ids(1, proof.user);
  co_await parts_.refresher.by_ids(Kind::user, std::move(ids), stop);
  parts_.point.end_turn();
  auto row = parts_.point.platform().get(Kind::user, proof.user);
  std::optional<LoginUser> user;
  if (row) user = read_login_user(row->json);
  if (!user) {
    co_return Error{Code::not_mirrored,
                    "the platform knows this user, but the daemon's mirror does not hold them",
                    "run \"icurectl sync run --full\"; if it does not help, the daemon's own user "
                    "may not see them"};
  }
  parts_.brake.saw_log_in(user->id);
  if (is_out(user->id, user->mark)) {
    co_return Error{Code::login_failed, "this user is disabled or deleted, or is about to be",
                    "ask an administrator; \"icurectl outbox list\" shows changes that wait"};
  }
  const bool two_factors = proof.two_factors && !options_.offline_without_otp;
  const bool verify =
      options_.offline && !proof.by_token && !two_factors && !may_hold_code(request.password);
  NewSession made;
  if (verify) {
    auto verifier = co_await verifier_of(*user, request.password);
    if (!verifier) co_return std::move(verifier).error();
    made.verifier = std::move(*verifier);
  }
  made.user = std::move(*user);
  made.proven = time_.now();
  co_return co_await open(request, std::move(made));
}

Task<Result<LoggedIn>> Logins::refused(const LoginRequest& request, const Candidates& known) {
  // platform: it compares names letter by letter, so that others may be refused for their name.
  std::vector<LoginUser> named;
  std::copy_if(known.users.begin(), known.users.end(), std::back_inserter(named),
               [&request](const auto& user) { return goes_by(user, request.name); });
  auto checked = co_await check(named, request.password);
  if (!checked) co_return std::move(checked).error();
  if (checked->user) {
    const auto& user = named[*checked->user].id;
    log::info("login: the platform refuses what it accepted before; user {} is logged out", user);
    auto out = co_await shut_out(user);
    if (!out) co_return std::move(out).error();
  }
  co_return co_await wrong(request, known, "the name or the password is wrong");
}

Task<Result<LoggedIn>> Logins::without_line(const LoginRequest& request, const Candidates& known,
                                            const Fault& fault) {
  const std::string why =
      "the platform cannot be asked (" + std::string(word_of(fault.cause)) + ")";
  if (!options_.offline) {
    co_return offline(why + ", and logins without a line are switched off",
                      "wait for the line, or set [login] offline = true");
  }
  auto checked = co_await check(known.users, request.password);
  if (!checked) co_return std::move(checked).error();
  if (!checked->user) {
    auto users = parts_.point.state(Kind::user);
    if (known.users.empty() && !(users && users->complete)) {
      co_return offline(why + ", and the users are not mirrored yet", "wait for the line");
    }
    if (!known.users.empty() && !checked->had_verifier) {
      co_return offline(why + ", and this user has not logged in here with a password before",
                        "log in once while the line is there");
    }
    co_return co_await wrong(request, known, "the name or the password is wrong");
  }
  NewSession made;
  made.user = known.users[*checked->user];
  made.mode = store::LoginMode::offline;
  made.proven = checked->verifier->proven;
  if (!is_young(made.proven, time_.now(), options_.offline_max_age)) {
    co_return offline(why + ", and this user's last login there is too long ago",
                      "log in when the line is back; [login] offline_max_age says how long ago");
  }
  if (is_out(made.user.id, made.user.mark)) {  // seen while scrypt was at it
    co_return co_await wrong(request, known, "the name or the password is wrong");
  }
  co_return co_await open(request, std::move(made));
}

Task<Result<LoggedIn>> Logins::open(const LoginRequest& request, NewSession made) {
  auto token = new_session_token(parts_.random);
  store::LoginSession session;
  session.id = uuid4(parts_.random);
  session.digest = digest_of(token.reveal());
  session.user = made.user.id;
  session.uid = request.uid;
  session.client = request.client;
  session.mode = made.mode;
  session.created = session.used = time_.now();
  session.proven = made.proven;
  session.mark = made.user.mark;
  // First in memory: whoever shuts the user out meanwhile must find it.
  const auto least_used = sessions_.add(session);
  nap_.wake();  // from now on its use is written down
  auto begin = [&] { return parts_.ledger.begin(session, made.verifier); };
  auto kept = co_await parts_.ledger_thread.run(std::move(begin));
  // Nobody is kept out by our disk: the session ends with the daemon, the verifier stays as it was.
  if (!kept) log::warning("login: a session is in memory only: {}", kept.error().message);
  if (kept && made.mode == store::LoginMode::online) {
    verified_.erase(session.user);
    if (made.verifier) {
      store::VerifiedUser verified{session.user, made.verifier->proven, session.mark};
      verified_.emplace(session.user, std::move(verified));
    }
  }
  if (least_used) co_await sessions_.end(*least_used);
  log::info("login: user {} is in ({}), session {}, uid {}", session.user,
            made.mode == store::LoginMode::online ? "online" : "offline", session.id, request.uid);
  LoggedIn in{std::move(token), view_of(session)};
  co_return in;
}

}  // namespace icure::sync
