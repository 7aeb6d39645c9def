#include "sync/hints.h"

#include <algorithm>

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// Hints that come together are read together; a person does not notice the wait.
constexpr Millis kTogether = 50ms;
// Of a kind, with an id and a rev each: about a megabyte.
constexpr std::size_t kMostWaiting = 10'000;

}  // namespace

void Hints::take(Kind kind, Hint hint) {
  if (hint.takes_away && !affordable()) return parts_.engine.catch_up();
  waiting_[index_of(kind)][std::move(hint.id)] = std::move(hint.rev);
  arrived_.fire();
}

bool Hints::affordable() {
  const auto now = parts_.clock.uptime();
  if (now - window_began_ >= options_.interval) {
    window_began_ = now;
    taken_away_ = 0;
  }
  return ++taken_away_ <= options_.most_taken_away;
}

Task<Done> Hints::room(Kind kind, std::stop_token stop) {
  const auto& waiting = waiting_[index_of(kind)];
  std::stop_callback end(stop, [this] { room_.fire(); });
  while (waiting.size() >= kMostWaiting && !stop.stop_requested()) co_await room_.wait();
  co_return Done{};
}

Task<Done> Hints::loop(std::stop_token stop) {
  std::stop_callback end(stop, [this] { arrived_.fire(); });
  const auto none = [this] {
    return std::all_of(waiting_.begin(), waiting_.end(), [](const auto& w) { return w.empty(); });
  };
  while (!stop.stop_requested()) {
    if (none()) {
      co_await arrived_.wait();
      continue;
    }
    auto slept = co_await parts_.clock.sleep(kTogether, stop);
    if (!slept) break;
    for (const auto kind : kAllKinds) co_await read_some(kind, stop);
  }
  co_return Done{};
}

Task<Done> Hints::read_some(Kind kind, std::stop_token stop) {
  auto& waiting = waiting_[index_of(kind)];
  if (waiting.empty()) co_return Done{};
  auto state = parts_.reader.state(kind);
  if (!state || !state->complete || !parts_.engine.connection().online) {
    // A first sweep is under way or to come, or one for the line's return. What it had read before
    // is compared once more.
    leave_to_a_sweep(kind);
    co_return Done{};
  }
  Waiting batch;
  while (!waiting.empty() && batch.size() < options_.page_size) {
    batch.insert(waiting.extract(waiting.begin()));
  }
  room_.fire();
  auto read = co_await read_what_differs(kind, std::move(batch), stop);
  if (read) co_return Done{};
  parts_.engine.failed(read.error());
  leave_to_a_sweep(kind);
  co_return Done{};
}

Task<Answer<Done>> Hints::read_what_differs(Kind kind, Waiting batch, std::stop_token stop) {
  std::vector<store::Stub> stubs;
  for (const auto& [id, rev] : batch) stubs.push_back({id, rev});
  auto compare = [this, kind, &stubs] { return parts_.mirror.outdated(kind, stubs); };
  auto ids = co_await parts_.mirror_thread.run(std::move(compare));
  if (!ids) co_return fault_of(ids.error());
  if (ids->empty()) co_return Done{};
  auto read = co_await parts_.refresher.read(kind, std::move(*ids), stop);
  if (read) parts_.engine.succeeded();
  co_return read;
}

void Hints::leave_to_a_sweep(Kind kind) {
  waiting_[index_of(kind)].clear();
  room_.fire();
  parts_.engine.catch_up();
}

}  // namespace icure::sync
