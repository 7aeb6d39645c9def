#include "sync/engine.h"

#include <algorithm>
#include <array>

#include "daemon/base/notable.h"
#include "sync/backoff.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// A failed run is repeated soon, then less and less often: the platform may answer a probe and
// still fail every sweep.
constexpr Millis kFirstRetry = 1s;

}  // namespace

void Engine::succeeded() {
  heard(LineEvent::answered);
}

void Engine::failed(const Fault& fault) {
  if (fault.cause == Cause::stopping) return;
  // The platform answered, even if we did not like what; and our own disk is no matter of the line.
  if (!ends_run(fault.cause)) return succeeded();
  if (fault.cause == Cause::disk || fault.cause == Cause::store) return;
  const bool login =
      fault.cause == Cause::auth || fault.cause == Cause::password || fault.cause == Cause::otp;
  auto event = login ? LineEvent::login_failed : LineEvent::line_failed;
  if (fault.cause == Cause::rate_limited || fault.retry_after) event = LineEvent::told_to_wait;
  heard(event, fault);
}

void Engine::heard(LineEvent event, const Fault& fault) {
  const auto wait = fault.retry_after.value_or(Millis(0));
  const auto before = connection_.state();
  if (!connection_.happened(event, clock_.uptime(), fault.cause, wait)) return;
  since_ = clock_.wall();
  const auto view = connection_.view();
  if (view.online) {
    log::note(log::Notable::online, "online: the platform answers");
    // Whatever changed meanwhile was missed, but for what a full run that is under way will see.
    const bool seen_anyway = running_ && running_->full;
    if (before != LineState::starting && !seen_anyway) reconnected_ = true;
  } else if (!view.known) {
    log::info("the pause is over");
  } else {
    const auto words = explain(view.cause);
    const auto cause = std::string(word_of(view.cause));
    log::note(log::Notable::offline,
              fmt::format("offline: {} ({}): {}; {}", words.text, cause, fault.message, words.hint),
              {{"cause", cause}});
  }
  tell();
  wake();  // others than the loop hear of the line too: when to ask next is another time by now
}

void Engine::tell() {
  if (on_change_) on_change_();
}

Task<Done> Engine::loop(std::stop_token stop) {
  std::stop_callback end_nap(stop, [this] { wake(); });
  co_await go_on_with_pause();
  std::string trigger = "start";
  bool full = true;
  bool more = connection_.state() != LineState::paused;
  if (!more) more = co_await wait_for_work(trigger, full, stop);
  while (more && !stop.stop_requested()) {
    co_await run_while_alive(trigger, full, stop);
    more = co_await wait_for_work(trigger, full, stop);
  }
  stopped_ = true;
  changed_.fire();
  co_return Done{};
}

Task<Done> Engine::run_once(std::string trigger, bool full, std::stop_token stop) {
  store::Run run;
  run.id = uuid4(random_);
  run.trigger = std::move(trigger);
  run.full = full;
  run.started = clock_.wall();
  run.state = "running";
  const auto requests = rest_.requests();
  const auto bytes = rest_.bytes();
  running_ = run;
  ++begun_;
  next_run_.reset();
  if (full && !only_failed_) reconnected_ = false;
  co_await record(run);
  tell();
  changed_.fire();

  std::vector<Kind> failed_kinds;
  Fault fault = co_await sweep_all(*running_, failed_kinds, stop);

  run = *running_;
  run.finished = clock_.wall();
  run.requests = rest_.requests() - requests;
  run.bytes = rest_.bytes() - bytes;
  run.state = "done";
  if (fault.cause == Cause::stopping) {
    run.state = "cut_off";
  } else if (fault.cause != Cause::none) {
    run.state = "failed";
    run.cause = word_of(fault.cause);
    log::note(log::Notable::sync_failed,
              fmt::format("sync failed ({}): {}", run.cause, fault.message),
              {{"cause", run.cause}, {"run", run.id}});
  }
  plan(run, fault, std::move(failed_kinds));
  co_await record(run);
  last_ = std::move(run);
  running_.reset();
  ++finished_;
  tell();
  changed_.fire();
  co_return Done{};
}

Task<Done> Engine::record(store::Run run) {
  auto job = [this, &run] { return history_.ledger.record(run); };
  auto recorded = co_await history_.thread.run(std::move(job));
  if (!recorded) log::warning("the history of runs is not written: {}", recorded.error().message);
  co_return Done{};
}

/// Sweeps users first, since they are what the clinic's programs ask most, then all data owners
/// together. A fault that concerns one kind alone does not stop the others. Returns the fault that
/// ended it, else the first.
Task<Fault> Engine::sweep_all(store::Run& run, std::vector<Kind>& failed_kinds,
                              std::stop_token stop) {
  // Copies: a reload may change the options while a sweep is under way.
  const auto kinds = only_failed_ ? failed_kinds_ : options_.kinds;
  std::array<std::vector<Kind>, 2> groups;
  for (const auto kind : kinds) groups[kind == Kind::user ? 0 : 1].push_back(kind);

  Fault first{Cause::none, 0, ""};
  const auto depth = run.full ? Depth::full : Depth::quick;
  for (const auto& together : groups) {
    if (together.empty()) continue;
    auto faults = co_await sweeper_.sweep(together, depth, run.kinds, stop);
    for (const auto kind : together) {
      const auto at = faults.find(kind);
      if (at == faults.end()) {
        succeeded();
        const auto& counts = run.kinds[kind];
        log::info("{} sync of {}: {} seen, {} added, {} changed, {} deleted",
                  run.full ? "full" : "quick", name_of(kind), counts.seen, counts.added,
                  counts.changed, counts.deleted);
        continue;
      }
      const auto& fault = at->second;
      failed(fault);
      failed_kinds.push_back(kind);
      if (ends_run(fault.cause)) co_return fault;
      if (first.cause == Cause::none) first = fault;
      log::warning("sync of {} failed ({}): {}", name_of(kind), word_of(fault.cause),
                   fault.message);
    }
  }
  co_return first;
}

/// Decides from how a run ended when the next ones are due.
void Engine::plan(const store::Run& ended, const Fault& fault, std::vector<Kind> failed_kinds) {
  const auto now = clock_.uptime();
  next_quick_ = now + spread(options_.interval, random_);
  retry_at_.reset();
  if (fault.cause != Cause::none && ends_run(fault.cause)) {
    // Nothing is known of the kinds that were left out: the same is tried again, soon.
    const auto ceiling =
        std::min(kFirstRetry * (1 << std::min(failed_runs_++, 20)), options_.interval);
    retry_at_ = now + full_jitter(ceiling, random_);
    return;
  }
  failed_runs_ = 0;
  if (!ended.full) return;
  if (!only_failed_) {
    next_full_ = now + spread(options_.full_interval, random_);
    next_after_reconnect_ = now + options_.interval;
  }
  failed_kinds_ = std::move(failed_kinds);
  if (failed_kinds_.empty()) {
    partial_runs_ = 0;
    return;
  }
  // The line is there, but some kind fails: that one alone is tried again, less and less often.
  const auto ceiling =
      std::min(options_.interval * (1 << std::min(partial_runs_++, 10)), options_.full_interval);
  next_partial_ = now + spread(ceiling, random_);
}

/// The next run that is due without anyone asking.
Engine::Due Engine::next_due() const {
  const auto* trigger = reconnected_ ? "reconnect" : "schedule";
  if (retry_at_) {
    const bool full = last_->full || clock_.uptime() >= next_full_;
    return {*retry_at_, trigger, full, only_failed_};
  }
  // Everything may have happened meanwhile, but a flapping line must not cause a sweep each time.
  Due due{next_full_, trigger, true, false};
  if (reconnected_) due.at = std::min(due.at, next_after_reconnect_);
  if (!failed_kinds_.empty() && next_partial_ < due.at) {
    due = {next_partial_, "schedule", true, true};
  }
  if (next_quick_ < due.at) due = {next_quick_, "schedule", false, false};
  return due;
}

}  // namespace icure::sync
