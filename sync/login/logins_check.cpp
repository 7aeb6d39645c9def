// What a login asks: whom a name may mean, the platform, the lock, the verifiers.
#include <algorithm>
#include <iterator>

#include "daemon/base/log.h"
#include "sync/login/logins.h"
#include "sync/login/scrypt.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLongestWait = 8s;      // for the platform, while it is thought to be there
constexpr Millis kWaitWithoutLine = 2s;  // while it is not: a line may have come back just now
constexpr std::size_t kSalt = 16;        // bytes

Task<Done> stop_after(Clock& clock, Millis delay, std::stop_token done, std::stop_source limit) {
  auto slept = co_await clock.sleep(delay, done);
  if (slept) limit.request_stop();
  co_return Done{};
}

}  // namespace

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
    // This task may end, and take `limit` with it, while the stop is told.
    auto held = limit;  // NOLINT(performance-unnecessary-copy-initialization): as said above
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
  const bool no_line = proof.said == Proof::Said::no_answer;
  const bool stopped = proof.fault.cause == Cause::stopping;
  if (online && no_line && !stopped && proof.fault.status == 0) parts_.engine.failed(proof.fault);
  co_return proof;
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

}  // namespace icure::sync
