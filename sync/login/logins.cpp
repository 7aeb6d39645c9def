#include "sync/login/logins.h"

#include <algorithm>
#include <iterator>

#include "daemon/base/log.h"
#include "sync/login/scrypt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Said = Proof::Said;

constexpr Millis kLongestWait = 8s;        // for the platform, while it is thought to be there
constexpr Millis kWaitWithoutLine = 2s;    // while it is not: a line may have come back just now
constexpr Millis kLockedByPlatform = 60s;  // where it does not say how long
// Passwords lie in locked memory, of which there is little; scrypt takes 100 ms each.
constexpr std::size_t kMostInside = 64;
constexpr std::size_t kMostAtWork = 12;
constexpr std::size_t kSalt = 16;  // bytes

Error offline(std::string message, std::string hint) {
  return {Code::offline, std::move(message), std::move(hint)};
}

Error locked_out(Millis wait) {
  return {Code::login_locked, "too many wrong guesses: logins of this user are locked for a while",
          "wait, or ask an administrator to set a new password", wait};
}

Task<Done> stop_after(Clock& clock, Millis delay, std::stop_token done, std::stop_source limit) {
  auto slept = co_await clock.sleep(delay, done);
  if (slept) limit.request_stop();
  co_return Done{};
}

}  // namespace

/// Which of several users' verifiers accepts a password.
struct Logins::Checked {
  std::optional<std::size_t> user;  // of those that were checked
  std::optional<store::Verifier> verifier;
  bool had_verifier = false;  // any of them
};

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
      cost_(kept.cost) {
  for (auto& each : kept.verified) verified_.emplace(each.user, std::move(each));
}

void Logins::configure(LoginOptions options) {
  options_ = std::move(options);
  sessions_.configure({options_.session_idle, options_.offline_max_age});
}

Logins::Candidates Logins::candidates(const std::string& name) const {
  auto& mirror = parts_.point;
  std::vector<store::Row> rows;
  if (auto row = mirror.get(Kind::user, name)) rows.push_back(std::move(*row));
  std::vector<store::Key> keys = {store::Key::login, store::Key::email};
  if (may_be_phone(name)) keys.push_back(store::Key::phone);
  for (const auto key : keys) {
    auto found = mirror.find(Kind::user, key, name);
    if (found) std::move(found->begin(), found->end(), std::back_inserter(rows));
  }
  // platform: of several it takes the first, by id, whose password fits.
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto same = [](const auto& a, const auto& b) { return a.id == b.id; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  Candidates known;
  for (const auto& row : rows) {
    auto user = read_login_user(row.json);
    if (!user || !user->active || is_out(user->id, user->mark)) continue;
    known.subjects.push_back(user->id);
    known.users.push_back(std::move(*user));
  }
  if (known.subjects.empty()) known.subjects.push_back(subject_of(name));
  return known;
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

Task<Result<std::optional<Millis>>> Logins::locked(const LoginRequest& request,
                                                   const Candidates& known) {
  const auto now = time_.now();
  auto job = [&]() -> Result<std::optional<Millis>> {
    std::optional<Millis> longest;
    for (const auto& subject : known.subjects) {
      auto failures = parts_.ledger.failures(subject, request.uid);
      if (!failures) return std::move(failures).error();
      longest = std::max(longest, locked_for(*failures, now));
    }
    return longest;
  };
  co_return co_await parts_.ledger_thread.run(std::move(job));
}

Task<Proof> Logins::ask(const LoginRequest& request, std::stop_token stop) {
  if (parts_.engine.why_not_now()) {
    Proof none;
    none.fault = Fault{Cause::paused};
    co_return none;
  }
  const bool online = parts_.engine.connection().online;
  std::stop_source limit;
  std::stop_callback end(stop, [&limit] {
    auto held = limit;  // this task may end, and take `limit` with it, while the stop is told
    held.request_stop();
  });
  std::stop_source done;
  auto timer =
      stop_after(parts_.clock, online ? kLongestWait : kWaitWithoutLine, done.get_token(), limit);
  timer.start();
  auto proof = co_await ask_platform(parts_.http, options_.group_id, request.name, request.password,
                                     request.otp, limit.get_token());
  done.request_stop();
  co_await timer;
  if (proof.fault.cause == Cause::stopping && !stop.stop_requested()) {
    proof.fault.cause = Cause::timeout;
    co_return proof;
  }
  const bool no_line = proof.said == Said::no_answer;
  const bool stopped = proof.fault.cause == Cause::stopping;
  if (online && no_line && !stopped && proof.fault.status == 0) parts_.engine.failed(proof.fault);
  co_return proof;
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

/// Takes the time of one scrypt at least, whoever is known.
Task<Result<Logins::Checked>> Logins::check(const std::vector<LoginUser>& users,
                                            const Secret& password) {
  const auto dummy = co_await cost();
  std::vector<std::pair<std::size_t, store::Verifier>> found;
  auto read = [&]() -> Result<Done> {
    for (std::size_t i = 0; i < users.size(); ++i) {
      auto verifier = parts_.ledger.verifier(users[i].id);
      if (!verifier) return std::move(verifier).error();
      if (*verifier && (*verifier)->mark == users[i].mark) found.emplace_back(i, **verifier);
    }
    return Done{};
  };
  auto done = co_await parts_.ledger_thread.run(std::move(read));
  if (!done) co_return std::move(done).error();
  auto compare = [&] {
    Checked checked;
    checked.had_verifier = !found.empty();
    if (found.empty()) pretend(password, dummy);
    for (auto& [user, verifier] : found) {
      if (checked.user || !accepts(verifier, password)) continue;
      checked.user = user;
      checked.verifier = std::move(verifier);
    }
    return Result<Checked>(std::move(checked));
  };
  co_return co_await parts_.scrypt_thread.run(std::move(compare));
}

Task<Result<store::Verifier>> Logins::verifier_of(const LoginUser& user, const Secret& password) {
  store::Verifier made;
  made.user = user.id;
  made.mark = user.mark;
  made.proven = time_.now();
  made.cost = co_await cost();
  made.salt.resize(kSalt);
  parts_.random.fill({reinterpret_cast<unsigned char*>(made.salt.data()), made.salt.size()});
  auto job = [&] { return scrypt_digest(password, made.salt, made.cost); };
  made.digest = co_await parts_.scrypt_thread.run(std::move(job));
  if (made.digest.empty()) {
    co_return Error{Code::unavailable, "there is not enough memory to check a password",
                    "free some memory, or give the machine more"};
  }
  co_return made;
}

Task<store::ScryptCost> Logins::cost() {
  if (cost_) co_return *cost_;
  auto measure = [] { return measured_cost(); };
  const auto measured = co_await parts_.scrypt_thread.run(std::move(measure));
  if (cost_) co_return *cost_;  // another login was faster
  cost_ = measured;
  log::info("login: a password costs scrypt with n {}, r {}, p {}", measured.n, measured.r,
            measured.p);
  auto keep = [&] { return parts_.ledger.set_cost(measured); };
  auto kept = co_await parts_.ledger_thread.run(std::move(keep));
  if (!kept) log::warning("login: the cost of a password is not kept: {}", kept.error().message);
  co_return measured;
}

/// Counts a wrong guess, and is what to answer.
Task<Error> Logins::wrong(const LoginRequest& request, const Candidates& known,
                          std::string message) {
  const auto now = time_.now();
  auto job = [&]() -> Result<Done> {
    for (const auto& subject : known.subjects) {
      auto before = parts_.ledger.failures(subject, request.uid);
      if (!before) return std::move(before).error();
      const auto after = after_failure(*before, now, options_.lockout);
      auto counted = parts_.ledger.failed(subject, request.uid, after);
      if (!counted) return counted;
    }
    return Done{};
  };
  auto counted = co_await parts_.ledger_thread.run(std::move(job));
  if (!counted) co_return std::move(counted).error();
  log::info("login: a wrong guess by uid {} about {}", request.uid,
            known.users.empty() ? "a name that nobody has" : "user " + known.users.front().id);
  co_return Error{Code::login_failed, std::move(message),
                  "check it and try again; too many wrong guesses lock this user for a while"};
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
  auto begin = [&] { return parts_.ledger.begin(session, made.verifier); };
  auto kept = co_await parts_.ledger_thread.run(std::move(begin));
  if (!kept) {
    co_await sessions_.end(session.id);
    co_return std::move(kept).error();
  }
  if (made.mode == store::LoginMode::online) {
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
