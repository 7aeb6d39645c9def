// The order of a sweep's steps; each has a file of its own.
#include "sync/sweep.h"

#include <algorithm>

#include "sync/sweep_part.h"

namespace icure::sync {

Task<Faults> Sweeper::sweep(std::vector<Kind> kinds, Depth depth, Counts& counts,
                            std::stop_token stop) {
  Faults faults;
  const bool ours = co_await take_turn(stop);
  if (!ours) {
    for (const auto kind : kinds) faults[kind] = Fault{Cause::stopping, 0, "no longer wanted"};
    co_return faults;
  }
  std::vector<Part> parts;
  parts.reserve(kinds.size());
  for (const auto kind : kinds) parts.emplace_back(kind, counts[kind]);
  co_await sweep_parts(parts, depth, stop);
  end_turn();
  for (auto& part : parts) {
    if (part.fault) faults[part.kind] = *part.fault;
  }
  co_return faults;
}

Task<Answer<std::map<Kind, Planned>>> Sweeper::plan(std::vector<Kind> kinds, std::stop_token stop) {
  const bool ours = co_await take_turn(stop);
  if (!ours) co_return Fault{Cause::stopping, 0, "no longer wanted"};
  std::map<Kind, Planned> planned;
  std::vector<Part> parts;
  parts.reserve(kinds.size());
  for (const auto kind : kinds) parts.emplace_back(kind, planned[kind].counts);
  co_await sweep_parts(parts, Depth::plan, stop);
  end_turn();
  for (auto& part : parts) {
    if (part.fault) co_return *part.fault;
    planned[part.kind].disabled = part.disabled;
  }
  co_return planned;
}

/// Runs the sweep and ends it in the mirror.
Task<Done> Sweeper::sweep_parts(std::vector<Part>& parts, Depth depth, std::stop_token stop) {
  options_ = configured_;
  co_await run(parts, depth, stop);
  for (auto& part : parts) {
    auto end = [this, &part] {
      auto flushed = mirror_.flush();  // what was read before a fault need not be read again
      mirror_.end_sweep(part.kind);
      return flushed;
    };
    auto ended = co_await mirror_thread_.run(std::move(end));
    if (!ended && !part.fault) part.fault = fault_of(ended.error());
  }
  co_return Done{};
}

/// One sweep at a time. False: the caller's stop came first.
Task<bool> Sweeper::take_turn(std::stop_token stop) {
  std::stop_callback wake(stop, [this] { free_.fire(); });
  while (busy_ && !stop.stop_requested()) co_await free_.wait();
  if (busy_) co_return false;
  busy_ = true;
  co_return true;
}

void Sweeper::end_turn() {
  busy_ = false;
  free_.fire();
}

/// Notes why a part failed; what another request would meet as well ends the others too.
void Sweeper::blame(std::vector<Part>& parts, Part& part, const Fault& fault) {
  part.fault = fault;
  if (!ends_run(fault.cause)) return;
  for (auto& other : parts) {
    if (!other.fault && !other.done) other.fault = fault;
  }
}

Task<Done> Sweeper::run(std::vector<Part>& parts, Depth depth, std::stop_token stop) {
  for (auto& part : parts) {
    if (part.fault) continue;
    auto listed = co_await list(part, depth, stop);
    if (!listed) blame(parts, part, listed.error());
  }
  if (depth != Depth::quick) co_await probe(parts, depth, stop);
  for (auto& part : parts) {
    if (part.fault) continue;
    auto finished = co_await finish(part, depth, stop);
    if (finished) {
      part.done = true;
    } else {
      blame(parts, part, finished.error());
    }
  }
  co_return Done{};
}

/// Learns what there is, and what of it the mirror lacks.
Task<Answer<Done>> Sweeper::list(Part& part, Depth depth, std::stop_token stop) {
  auto cursor = co_await begin(part, depth);
  if (!cursor) co_return cursor.error();
  if (part.kind == Kind::user && depth != Depth::quick) {
    auto walked = co_await walk_users(part, depth, std::move(*cursor), stop);
    if (!walked) co_return walked.error();
  }
  std::vector<std::string> filters;
  if (part.kind == Kind::patient) {
    auto ours = co_await owners(stop);
    if (!ours) co_return ours.error();
    part.owners = std::move(*ours);
    for (const auto& owner : part.owners) filters.push_back(patients_of_filter(owner));
  } else {
    filters.push_back(all_filter(part.kind));
  }
  for (auto& filter : filters) {
    auto matched = co_await match(part, std::move(filter), Listed::alive, stop);
    if (!matched) co_return matched.error();
  }
  if (part.kind == Kind::user && depth == Depth::full) {
    auto read = [this, &part]() -> Result<Done> {
      auto passed_over = mirror_.passed_over(part.kind);
      if (!passed_over) return passed_over.error();
      return mirror_.want(part.kind, *passed_over);
    };
    auto wanted = co_await mirror_thread_.run(std::move(read));
    if (!wanted) co_return fault_of(wanted.error());
  }
  if (part.kind == Kind::patient && depth == Depth::quick) {
    auto matched = co_await match_modified(part, stop);
    if (!matched) co_return matched.error();
  }
  auto count = [this, &part] { return mirror_.count(part.kind); };
  auto held = co_await mirror_thread_.run(count);
  if (!held) co_return fault_of(held.error());
  part.held = *held;
  part.counts.seen = std::max(part.counts.seen, part.listed);  // so far, for progress
  co_return Done{};
}

/// Reads what is wanted, then settles what vanished.
Task<Answer<Done>> Sweeper::finish(Part& part, Depth depth, std::stop_token stop) {
  if (depth == Depth::plan) {
    part.counts.added = part.unknown;
    auto pulled = co_await pull_plan(part, stop);
    if (!pulled) co_return pulled.error();
    co_return co_await settle(part, depth, stop);
  }
  if (part.pull) {
    auto pulled = co_await fetch(part, Source::present, stop);
    if (!pulled) co_return pulled.error();
  }
  auto fetched = co_await fetch(part, Source::wanted, stop);
  if (!fetched) co_return fetched.error();
  co_return co_await settle(part, depth, stop);
}

/// Opens the sweep in the mirror. Returns the cursor to go on from.
Task<Answer<std::string>> Sweeper::begin(Part& part, Depth depth) {
  const auto now = clock_.wall();
  const auto oldest = now - options_.full_interval;
  auto job = [this, &part, depth, now, oldest]() -> Result<store::SweepState> {
    store::SweepState state{now, ""};
    if (depth == Depth::full) {
      auto unfinished = mirror_.unfinished(part.kind);
      if (!unfinished) return unfinished.error();
      // A start in the future was written before the clock was set back: not to be trusted.
      if (*unfinished && (*unfinished)->started > oldest && (*unfinished)->started <= now) {
        state = **unfinished;
      }
    }
    auto begun = mirror_.begin_sweep(part.kind, state, depth == Depth::full);
    if (!begun) return begun.error();
    return state;
  };
  auto state = co_await mirror_thread_.run(std::move(job));
  if (!state) co_return fault_of(state.error());
  part.as_of = state->started;
  co_return std::move(state->cursor);
}

}  // namespace icure::sync
