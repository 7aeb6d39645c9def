// What becomes of a login afterwards: asked about, ended, and ended by what the platform says.
#include <algorithm>

#include "daemon/base/log.h"
#include "sync/login/logins.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLook = 5s;             // what changes meanwhile is looked at together
constexpr Millis kTidy = 1min;           // where somebody is logged in
constexpr Millis kRememberTime = 10min;  // so much a restart with another clock may give

Error login_needed() {
  return {Code::login_needed, "this session has ended, or there never was one", "log in again"};
}

void warn(const char* what, const Result<Done>& done) {
  if (!done) log::warning("login: {}: {}", what, done.error().message);
}

}  // namespace

bool Logins::is_out(const std::string& user, const std::string& mark) const {
  return parts_.brake.cut_off(user) || trust_in(parts_.point, user, mark) == Trust::lost;
}

SessionView Logins::view_of(const store::LoginSession& session) {
  const auto now = time_.now();
  auto asked = session.proven;
  // A sweep compares every user with the platform: what the mirror says of roles is so old.
  if (auto users = parts_.point.state(Kind::user); users && users->as_of) {
    if (is_young(*users->as_of, now, options_.privilege_max_age)) asked = *users->as_of;
  }
  return {session, sessions_.ends(session), is_young(asked, now, options_.privilege_max_age)};
}

Task<Result<SessionView>> Logins::current(Secret token) {
  const auto* session = sessions_.use(token.reveal(), time_.now());
  if (!session) co_return login_needed();
  if (!is_out(session->user, session->mark)) co_return view_of(*session);
  warn("a session is ended in memory only", co_await sessions_.end(session->id));
  co_return login_needed();
}

Task<Result<std::string>> Logins::whose(Secret token) {
  auto view = co_await current(std::move(token));
  if (!view) co_return std::move(view).error();
  co_return std::move(view->session.user);
}

Task<Result<Done>> Logins::log_out(Secret token) {
  const auto* session = sessions_.use(token.reveal(), time_.now());
  if (!session) co_return Done{};
  co_return co_await sessions_.end(session->id);
}

std::vector<SessionView> Logins::sessions() {
  std::vector<SessionView> views;
  for (const auto& each : sessions_.all(time_.now())) {
    if (!is_out(each.user, each.mark)) views.push_back(view_of(each));
  }
  return views;
}

Task<Result<Done>> Logins::revoke(std::string session_id) {
  co_return co_await sessions_.end(std::move(session_id));
}

Task<Result<Done>> Logins::shut_out(std::string user) {
  sessions_.drop(user);
  verified_.erase(user);
  auto job = [&] { return parts_.ledger.shut_out(user); };
  co_return co_await parts_.ledger_thread.run(std::move(job));
}

Task<Done> Logins::loop(std::stop_token stop) {
  auto tidied = parts_.clock.uptime() - kTidy;
  auto remembered = parts_.clock.uptime() - kRememberTime;
  for (;;) {
    co_await look();
    const auto now = parts_.clock.uptime();
    if (now - tidied >= (sessions_.any() ? kTidy : kRememberTime)) {
      tidied = now;
      co_await tidy();
    }
    if (now - remembered >= kRememberTime) {
      remembered = now;
      co_await remember_time();
    }
    auto slept = co_await parts_.clock.sleep(kLook, stop);
    if (!slept) break;
    const auto next =
        std::min(remembered + kRememberTime, tidied + (sessions_.any() ? kTidy : kRememberTime));
    co_await nap_.take(std::max(next - parts_.clock.uptime(), Millis(0)), stop);
    if (stop.stop_requested()) break;
  }
  co_await tidy();
  co_await remember_time();
  co_return Done{};
}

void Logins::mirror_changed() {
  if (sessions_.any() || !verified_.empty()) nap_.wake();
}

/// Braked or not: what is held back from reads is held back from nobody's security.
Task<Done> Logins::look() {
  const auto sessions = sessions_.all(time_.now());
  if (sessions.empty() && verified_.empty()) co_return Done{};
  std::unordered_set<std::string> out;
  std::vector<store::VerifiedUser> verified;
  for (const auto& each : verified_) verified.push_back(each.second);
  for (const auto& each : verified) {
    if (parts_.brake.cut_off(each.user)) out.insert(each.user);
  }
  for (const auto& each : sessions) {
    if (parts_.brake.cut_off(each.user)) out.insert(each.user);
  }
  std::vector<std::string> ended;  // sessions
  std::vector<store::VerifiedUser> forgotten;
  auto changes = looked_at_;
  auto compare = [&] {
    auto& mirror = parts_.scan;
    changes = mirror.changes();
    if (looked_at_ == changes) return Done{};
    for (const auto& each : sessions) {
      if (trust_in(mirror, each.user, each.mark) == Trust::lost) ended.push_back(each.id);
    }
    for (const auto& each : verified) {
      if (trust_in(mirror, each.user, each.mark) == Trust::lost) forgotten.push_back(each);
    }
    mirror.end_turn();
    return Done{};
  };
  co_await parts_.scan_thread.run(std::move(compare));
  looked_at_ = changes;
  for (const auto& user : out) {
    log::info("login: user {} was disabled or deleted, and is logged out", user);
    warn("a user is logged out in memory only", co_await shut_out(user));
  }
  for (const auto& id : ended) {
    log::info("login: session {} is ended: its user was disabled, deleted or changed", id);
    auto done = co_await sessions_.end(id);
    if (!done && done.error().code != Code::not_found) warn("a session was not ended", done);
  }
  for (const auto& each : forgotten) {
    const auto at = verified_.find(each.user);
    if (at == verified_.end() || at->second.mark != each.mark) continue;  // logged in meanwhile
    log::info("login: user {} was disabled, deleted or changed: no login without a line",
              each.user);
    verified_.erase(at);
    auto job = [&] { return parts_.ledger.forget_verifier(each.user); };
    warn("a verifier was not forgotten", co_await parts_.ledger_thread.run(std::move(job)));
  }
  co_return Done{};
}

Task<Done> Logins::tidy() {
  const auto now = time_.now();
  warn("sessions are not written down", co_await sessions_.save(now));
  std::vector<std::string> old;
  for (const auto& [user, verified] : verified_) {
    const bool young = is_young(verified.proven, now, options_.offline_max_age);
    if (!options_.offline || !young) old.push_back(user);
  }
  for (const auto& user : old) verified_.erase(user);
  auto job = [&]() -> Result<Done> {
    for (const auto& user : old) {
      if (auto forgotten = parts_.ledger.forget_verifier(user); !forgotten) return forgotten;
    }
    return parts_.ledger.forget_failures(now - options_.lockout.lockout);
  };
  warn("old logins are not forgotten", co_await parts_.ledger_thread.run(std::move(job)));
  co_return Done{};
}

Task<Done> Logins::remember_time() {
  const auto now = time_.now();
  auto job = [&] { return parts_.ledger.set_highest_time(now); };
  warn("the time is not written down", co_await parts_.ledger_thread.run(std::move(job)));
  co_return Done{};
}

}  // namespace icure::sync
