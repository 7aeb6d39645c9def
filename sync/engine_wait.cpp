// The engine between its runs: what it waits for, and how it watches the line meanwhile.
#include <algorithm>

#include "daemon/base/log.h"
#include "sync/backoff.h"
#include "sync/engine.h"
#include "sync/stop_after.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// A line that swallows questions must not hold up the next one: a probe is given up after so long.
constexpr Millis kLongestProbe = 15s;
// While a run gets no answer, the line is asked beside it; two questions without an answer end the
// run. It would else hang until its request times out, which a sweep grants minutes for.
constexpr Millis kRunSilence = 30s;
constexpr int kSilentProbes = 2;
// How soon a corrected password counts.
constexpr Millis kSecretCheck = 5s;

Fault pause_of(Millis duration) {
  return {Cause::paused, 0, "for " + std::to_string(duration / 1s) + " s", duration};
}

}  // namespace

/// A pause outlives the process.
Task<Done> Engine::go_on_with_pause() {
  auto job = [this] { return history_.ledger.paused_until(); };
  auto until = co_await history_.thread.run(std::move(job));
  if (!until) {
    log::warning("whether the sync was paused cannot be read: {}", until.error().message);
    co_return Done{};
  }
  if (*until && **until > clock_.wall()) {
    heard(LineEvent::pause, pause_of(**until - clock_.wall()));
  }
  co_return Done{};
}

/// One run, ended early when the engine stops, is paused, or the line dies under it.
Task<Done> Engine::run_while_alive(std::string trigger, bool full, std::stop_token stop) {
  work_ = std::stop_source();
  std::stop_callback cut_off(stop, [this] { work_.request_stop(); });
  std::stop_source run_over;
  auto watching = watch_line(run_over.get_token());
  watching.start();
  co_await run_once(std::move(trigger), full, work_.get_token());
  run_over.request_stop();
  co_await watching;
  co_return Done{};
}

Task<Done> Engine::watch_line(std::stop_token run_over) {
  auto heard_so_far = rest_.bytes();
  for (int silent = 0;;) {
    auto slept = co_await clock_.sleep(kRunSilence, run_over);
    if (!slept) co_return Done{};
    const bool gets_answers = rest_.bytes() != heard_so_far;
    // Answers to the run do not end a quiet time: only a question after it does.
    const bool fine = gets_answers && connection_.view().online;
    if (!fine && !why_not_now()) co_await ask_line(run_over);
    if (run_over.stop_requested()) co_return Done{};
    heard_so_far = rest_.bytes();
    silent = gets_answers || connection_.view().online ? 0 : silent + 1;
    if (silent < kSilentProbes) continue;
    log::warning("the line died under a run: it is cut off, to go on when the line is back");
    work_.request_stop();
  }
}

/// Waits for a reason to run. False: the engine stops.
Task<bool> Engine::wait_for_work(std::string& trigger, bool& full, std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (begin_due_run(trigger, full)) co_return true;
    const auto now = clock_.uptime();
    if (connection_.ask_at() <= now) {
      co_await ask_line(stop);
      continue;
    }
    const auto ask_at = connection_.ask_at();
    const auto run_at = connection_.view().online ? next_due().at : ask_at;
    next_run_ = clock_.wall() + (run_at - now);
    const bool refused = connection_.state() == LineState::login_refused;
    auto pause = std::min(ask_at, run_at) - now;
    if (refused) pause = std::min(pause, kSecretCheck);
    co_await nap(pause, stop);
    if (refused && login_changed_()) settings_changed();
  }
  co_return false;
}

/// Whether a run should begin now, and which.
bool Engine::begin_due_run(std::string& trigger, bool& full) {
  if (is_resting()) return false;
  if (wanted_) {
    trigger = "request";
    full = wanted_full_;
    only_failed_ = false;
    wanted_ = wanted_full_ = false;
    return true;
  }
  const auto due = next_due();
  if (!connection_.view().online || due.at > clock_.uptime()) return false;
  trigger = due.trigger;
  full = due.full;
  only_failed_ = due.only_failed;
  return true;
}

/// One small request, whose outcome the connection hears of.
Task<Done> Engine::ask_line(std::stop_token stop) {
  heard(LineEvent::due);
  auto reply = co_await bounded_probe(stop);
  if (!reply) {
    failed(reply.error());
  } else if (!reply->text.starts_with('{')) {
    const Fault portal{Cause::captive_portal, 200, "what answered is not the platform"};
    failed(portal);
  } else {
    succeeded();
  }
  co_return Done{};
}

/// Given up when `stop` or probe_ is stopped, or after a while.
Task<Answer<Body>> Engine::bounded_probe(std::stop_token stop) {
  probe_ = std::stop_source();
  std::stop_callback end(stop, [this] { probe_.request_stop(); });
  std::stop_source answered;
  auto timer = stop_after(clock_, kLongestProbe, answered.get_token(), probe_);
  timer.start();
  auto reply = co_await rest_.current_user(probe_.get_token());
  answered.request_stop();
  const bool timed_out = co_await timer;
  if (reply || !timed_out) co_return reply;
  co_return Fault{Cause::timeout, 0, "no answer in 15 s"};
}

Task<Done> Engine::nap(Millis duration, std::stop_token stop) {
  if (stop.stop_requested()) co_return Done{};
  nap_ = std::stop_source();
  auto slept = co_await clock_.sleep(duration, nap_.get_token());
  static_cast<void>(slept);  // woken or not, the caller looks at what there is to do
  co_return Done{};
}

void Engine::wake() {
  auto nap = nap_;  // the one under way: who wakes may begin another
  nap.request_stop();
}

void Engine::catch_up() {
  reconnected_ = true;
  wake();
}

void Engine::pinged() {
  const auto before = connection_.ask_at();
  connection_.pinged(clock_.uptime());
  if (connection_.ask_at() != before) wake();  // or the loop would rise for nothing later on
}

void Engine::network_changed() {
  heard(LineEvent::network_changed);
  wake();
}

void Engine::settings_changed() {
  heard(LineEvent::settings_changed);
  wake();
}

Task<Result<Done>> Engine::pause(Millis duration) {
  const auto until = clock_.wall() + duration;
  heard(LineEvent::pause, pause_of(duration));
  wanted_ = wanted_full_ = false;
  work_.request_stop();
  probe_.request_stop();
  wake();
  changed_.fire();  // who waits for a run need not wait any more
  auto job = [this, until] { return history_.ledger.set_pause(until); };
  co_return co_await history_.thread.run(std::move(job));
}

Task<Result<Done>> Engine::resume() {
  auto job = [this] { return history_.ledger.set_pause(std::nullopt); };
  auto stored = co_await history_.thread.run(std::move(job));
  if (!stored) co_return stored;
  if (connection_.state() != LineState::paused) co_return Done{};
  heard(LineEvent::resume);
  reconnected_ = true;
  next_after_reconnect_ = clock_.uptime();
  retry_at_.reset();
  wake();
  co_return Done{};
}

Task<Result<std::vector<store::Run>>> Engine::history(std::size_t limit) {
  auto job = [this, limit] { return history_.ledger.runs(limit); };
  co_return co_await history_.thread.run(std::move(job));
}

/// Whether nothing is sent, until the question that is due at the end of it.
bool Engine::is_resting() const {
  return connection_.state() == LineState::paused || connection_.state() == LineState::quiet;
}

/// What stands against a run that somebody asks for. Nothing when the time is over, also if the
/// platform has not been asked since.
std::optional<Error> Engine::why_not_now() const {
  const auto left = connection_.ask_at() - clock_.uptime();
  if (left <= Millis(0)) return std::nullopt;
  switch (connection_.state()) {
    case LineState::paused:
      return Error{Code::unavailable, "the sync is paused", "icurectl sync resume", left};
    case LineState::quiet:
      return Error{Code::unavailable, "the platform asked this daemon to wait",
                   "try again when the time is over", left};
    default:
      return std::nullopt;
  }
}

Task<Result<store::Run>> Engine::run_now(bool full, bool wait) {
  if (auto not_now = why_not_now()) co_return std::move(*not_now);
  // Join what is running if it does what was asked, else wait for a run of our own.
  std::uint64_t target = begun_;
  const bool joinable = running_ && !only_failed_ && (running_->full || !full);
  if (!joinable) {
    target = begun_ + 1;
    wanted_ = true;
    wanted_full_ = wanted_full_ || full;
    if (!running_) probe_.request_stop();
    wake();
  }
  while (!stopped_ && begun_ < target) {
    co_await changed_.wait();
    auto not_now = why_not_now();
    if (begun_ < target && not_now) co_return std::move(*not_now);
  }
  while (wait && !stopped_ && finished_ < target) co_await changed_.wait();
  if (!wait && running_ && begun_ == target) co_return *running_;
  if (finished_ >= target && last_) co_return *last_;
  co_return Error{Code::unavailable, "the daemon is stopping", "try again in a moment"};
}

}  // namespace icure::sync
