#include "sync/sweep.h"

#include <algorithm>
#include <iterator>

#include "daemon/base/log.h"

namespace icure::sync {

Task<Answer<Done>> Sweeper::sweep(Kind kind, Depth depth, store::KindCounts& counts,
                                  std::stop_token stop) {
  options_ = configured_;
  auto done = co_await run(kind, depth, counts, stop);
  auto end = [this, kind] {
    auto flushed = mirror_.flush();  // what was read before a fault need not be read again
    mirror_.end_sweep(kind);
    return flushed;
  };
  auto ended = co_await mirror_thread_.run(std::move(end));
  if (done && !ended) co_return fault_of(ended.error());
  co_return done;
}

Task<Answer<Done>> Sweeper::run(Kind kind, Depth depth, store::KindCounts& counts,
                                std::stop_token stop) {
  std::string cursor;
  auto started = co_await begin(kind, depth, cursor);
  if (!started) co_return started.error();
  if (kind == Kind::user && depth == Depth::full) {
    auto walked = co_await walk_users(std::move(cursor), counts, stop);
    if (!walked) co_return walked.error();
  }

  std::uint64_t listed = 0;
  store::Order asked = 0;
  auto wanted = co_await list_ids(kind, listed, asked, stop);
  if (!wanted) co_return wanted.error();
  auto count = [this, kind] { return mirror_.count(kind); };
  auto held = co_await mirror_thread_.run(count);
  if (!held) co_return fault_of(held.error());
  if (listed == 0 && *held > 0) {
    // platform: without its index a filter answers an empty list with status 200. That is never
    // taken for the deletion of everything; nothing was checked to the end, so as_of stays.
    counts.held = *held;
    log::warning("the platform lists no {} any more; {} are kept", name_of(kind), *held);
    co_return Done{};
  }
  const auto unknown = wanted->size();
  if (kind != Kind::user || depth == Depth::quick) counts.seen = listed;  // so far, for progress
  if (kind != Kind::user && depth == Depth::full) {
    auto changed = co_await moved(kind, stop);
    if (!changed) co_return changed.error();
    std::move(changed->begin(), changed->end(), std::back_inserter(*wanted));
  }
  auto fetched = co_await fetch(kind, std::move(*wanted), counts, stop);
  if (!fetched) co_return fetched.error();

  std::uint64_t absent = 0;
  auto departed = co_await confirm_departed(kind, asked, absent, counts, stop);
  if (!departed) co_return departed.error();
  // A patient who is shared with several of us was listed several times.
  counts.seen = *held - std::min(absent, *held) + unknown;
  const auto as_of = depth == Depth::full ? std::optional(*started) : std::nullopt;
  auto finish = [this, kind, as_of, &departed] {
    return mirror_.finish_sweep(kind, *departed, as_of);
  };
  auto removed = co_await mirror_thread_.run(std::move(finish));
  if (!removed) co_return fault_of(removed.error());
  counts.deleted += *removed;
  co_return Done{};
}

/// Opens the sweep in the mirror. Returns the time that `as_of` will be.
Task<Answer<WallTime>> Sweeper::begin(Kind kind, Depth depth, std::string& cursor) {
  const auto now = clock_.wall();
  const auto oldest = now - options_.full_interval;
  auto job = [this, kind, depth, now, oldest]() -> Result<store::SweepState> {
    store::SweepState state{now, ""};
    if (depth == Depth::full) {
      auto unfinished = mirror_.unfinished(kind);
      if (!unfinished) return unfinished.error();
      // A start in the future was written before the clock was set back: not to be trusted.
      if (*unfinished && (*unfinished)->started > oldest && (*unfinished)->started <= now) {
        state = **unfinished;
      }
    }
    auto begun = mirror_.begin_sweep(kind, state, depth == Depth::full);
    if (!begun) return begun.error();
    return state;
  };
  auto state = co_await mirror_thread_.run(std::move(job));
  if (!state) co_return fault_of(state.error());
  cursor = state->cursor;
  co_return state->started;
}

/// Reads all users; the next page is on its way while this one is stored.
Task<Answer<Done>> Sweeper::walk_users(std::string cursor, store::KindCounts& counts,
                                       std::stop_token stop) {
  std::vector<std::string> doubtful;
  std::optional<Task<Answer<Body>>> coming;
  auto from = wire::from_cursor(cursor);
  coming.emplace(rest_.users_page(from, options_.page_size, stop));
  coming->start();
  while (coming) {
    auto& under_way = *coming;  // g++ 12 would copy the task in `co_await *coming`
    auto body = co_await under_way;
    coming.reset();
    if (!body) co_return body.error();
    auto parse = [&body] { return wire::parse_page(std::move(body->text)); };
    auto page = co_await parser_.run(std::move(parse));
    if (!page) co_return page.error();
    if (page->documents.size() > options_.page_size) {
      co_return Fault{Cause::oversized, 200, "a page of users has more rows than were asked for"};
    }
    std::optional<std::string> resume;
    if (auto next = std::move(page->next)) {
      if (page->documents.empty() || (from && from->start_id == next->start_id)) {
        co_return Fault{Cause::bad_answer, 200, "a page of users leads back to itself"};
      }
      resume = wire::to_cursor(*next);
      from = next;
      coming.emplace(rest_.users_page(std::move(next), options_.page_size, stop));
      coming->start();
    }
    counts.seen += page->documents.size();
    Kept kept{std::move(*page), body->asked, body->answered};
    auto stored = co_await keep(Kind::user, std::move(kept), std::move(resume), counts, doubtful);
    if (!stored) {
      if (coming) {
        auto& left = *coming;
        co_await left;  // a task that is under way must not be destroyed
      }
      co_return stored.error();
    }
  }
  co_return co_await fetch(Kind::user, std::move(doubtful), counts, stop);
}

/// Asks for the ids of one filter and notes them as alive. Returns those the mirror lacks.
Task<Answer<std::vector<std::string>>> Sweeper::match(Kind kind, std::string filter,
                                                      std::uint64_t& listed, store::Order& asked,
                                                      std::stop_token stop) {
  auto body = co_await rest_.match(kind, std::move(filter), stop);
  if (!body) co_return body.error();
  asked = asked == 0 ? body->asked : asked;  // what came after the first match is not absent
  auto parse = [&body] { return wire::parse_ids(std::move(body->text)); };
  auto ids = co_await parser_.run(std::move(parse));
  if (!ids) co_return ids.error();
  listed += ids->ids.size();
  auto mark = [this, kind, &ids] { return mirror_.mark_present(kind, ids->ids); };
  auto unknown = co_await mirror_thread_.run(std::move(mark));
  if (!unknown) co_return fault_of(unknown.error());
  co_return std::move(*unknown);
}

/// The ids of everything alive of this kind that the mirror lacks.
Task<Answer<std::vector<std::string>>> Sweeper::list_ids(Kind kind, std::uint64_t& listed,
                                                         store::Order& asked,
                                                         std::stop_token stop) {
  std::vector<std::string> filters;
  if (kind == Kind::patient) {
    auto ours = co_await owners(stop);
    if (!ours) co_return ours.error();
    owners_ = std::move(*ours);
    for (const auto& owner : owners_) filters.push_back(patients_of_filter(owner));
  } else {
    filters.push_back(all_filter(kind));
  }
  std::vector<std::string> unknown;
  for (auto& filter : filters) {
    auto more = co_await match(kind, std::move(filter), listed, asked, stop);
    if (!more) co_return more.error();
    std::move(more->begin(), more->end(), std::back_inserter(unknown));
  }
  std::sort(unknown.begin(), unknown.end());  // a patient may be shared with several of us
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  co_return unknown;
}

/// Which of the data owners that are alive and mirrored have another rev by now.
Task<Answer<std::vector<std::string>>> Sweeper::moved(Kind kind, std::stop_token stop) {
  std::vector<std::string> changed;
  for (std::string after;;) {
    auto next = [this, kind, &after] {
      return mirror_.present_after(kind, after, options_.page_size);
    };
    auto ids = co_await mirror_thread_.run(std::move(next));
    if (!ids) co_return fault_of(ids.error());
    if (ids->empty()) co_return changed;
    after = ids->back();
    const auto count = ids->size();
    auto body = co_await rest_.stubs(std::move(*ids), stop);
    if (!body) co_return body.error();
    auto parse = [&body] { return wire::parse_stubs(std::move(body->text)); };
    auto stubs = co_await parser_.run(std::move(parse));
    if (!stubs) co_return stubs.error();
    if (stubs->stubs.size() > count) {
      co_return Fault{Cause::oversized, 200, "more stubs than were asked for"};
    }
    auto compare = [this, kind, &stubs] { return mirror_.outdated(kind, stubs->stubs); };
    auto outdated = co_await mirror_thread_.run(std::move(compare));
    if (!outdated) co_return fault_of(outdated.error());
    std::move(outdated->begin(), outdated->end(), std::back_inserter(changed));
  }
}

/// The data owners whose patients are mirrored.
Task<Answer<std::vector<std::string>>> Sweeper::owners(std::stop_token stop) {
  if (!options_.patients_of.empty()) co_return options_.patients_of;
  auto body = co_await rest_.hierarchy(stop);
  if (!body) {
    Fault fault = body.error();
    if (fault.cause == Cause::refused && fault.status == 404) {
      fault = Fault{Cause::permission, 404,
                    "the daemon's user is no data owner: set [mirror] patients_of"};
    }
    co_return fault;
  }
  auto stubs = wire::parse_stubs(std::move(body->text));
  if (!stubs) co_return stubs.error();
  std::vector<std::string> ids;
  for (const auto& stub : stubs->stubs) ids.emplace_back(stub.id);
  co_return ids;
}

}  // namespace icure::sync
