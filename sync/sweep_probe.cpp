// The part of a sweep that compares revisions: chunks of stubs, the kinds of data owners mixed.
#include <algorithm>
#include <utility>

#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {

/// The ids of one kind in a chunk, in the order of ids.
struct Sweeper::Segment {
  Part* part;
  std::vector<std::string> ids;
};

namespace {

/// Whether the platform answers, but not to this question of ours.
bool not_for_us(Cause cause) {
  return cause == Cause::permission || cause == Cause::refused;
}

}  // namespace

/// Wants the documents of all rows whose revision is another by now.
Task<Done> Sweeper::probe(std::vector<Part>& parts, Depth depth, std::stop_token stop) {
  std::vector<Segment> chunk;
  std::size_t size = 0;
  for (auto& part : parts) {
    if (part.fault || part.kind == Kind::user) continue;
    if (part.held > 0 && part.listed > 0) part.pull = costs_[index_of(part.kind)].pays_to_pull();
    for (std::string after; !part.fault && !part.pull;) {
      const auto room = options_.page_size - size;
      auto next = [this, &part, &after, room] {
        return mirror_.present_after(part.kind, after, room);
      };
      auto ids = co_await mirror_thread_.run(std::move(next));
      if (!ids) {
        const auto fault = fault_of(ids.error());
        blame(parts, part, fault);
        break;
      }
      if (ids->empty()) break;
      after = ids->back();
      size += ids->size();
      chunk.push_back({&part, std::move(*ids)});
      if (size < options_.page_size) continue;
      auto full = std::exchange(chunk, {});
      size = 0;
      co_await compare(parts, std::move(full), depth, stop);
    }
  }
  if (!chunk.empty()) co_await compare(parts, std::move(chunk), depth, stop);
  co_return Done{};
}

/// Compares a chunk. Where that fails, each kind of it is asked alone, so that one that we may not
/// ask does not hold the others up; its documents are then read without a probe.
Task<Done> Sweeper::compare(std::vector<Part>& parts, std::vector<Segment> chunk, Depth depth,
                            std::stop_token stop) {
  std::erase_if(chunk, [](const Segment& segment) { return segment.part->fault.has_value(); });
  if (chunk.empty()) co_return Done{};
  auto compared = co_await compare_stubs(chunk, depth, stop);
  if (compared) co_return Done{};
  const auto& fault = compared.error();
  if (chunk.size() == 1 || ends_run(fault.cause)) {
    auto& part = *chunk.front().part;
    part.pull = not_for_us(fault.cause);
    if (!part.pull) blame(parts, part, fault);
    co_return Done{};
  }
  for (auto& segment : chunk) {
    std::vector<Segment> alone;
    alone.push_back(std::move(segment));
    co_await compare(parts, std::move(alone), depth, stop);
  }
  co_return Done{};
}

Task<Answer<Done>> Sweeper::compare_stubs(std::vector<Segment>& chunk, Depth depth,
                                          std::stop_token stop) {
  std::vector<std::string> ids;
  for (const auto& segment : chunk) ids.insert(ids.end(), segment.ids.begin(), segment.ids.end());
  const auto count = ids.size();
  auto body = co_await rest_.stubs(std::move(ids), stop);
  if (!body) co_return body.error();
  auto parse = [&body] { return wire::parse_stubs(std::move(body->text)); };
  auto stubs = co_await parser_.run(std::move(parse));
  if (!stubs) co_return stubs.error();
  if (stubs->stubs.size() > count) {
    co_return Fault{Cause::oversized, 200, "more stubs than were asked for"};
  }
  for (const auto& segment : chunk) {
    const auto kind = segment.part->kind;
    std::vector<store::Stub> answered;
    for (std::size_t i = 0; i < stubs->stubs.size(); ++i) {
      const auto& stub = stubs->stubs[i];
      if (!std::binary_search(segment.ids.begin(), segment.ids.end(), stub.id)) continue;
      answered.push_back(stub);
      costs_[index_of(kind)].stub(stubs->sizes[i]);
    }
    auto& changed = segment.part->counts.changed;
    auto compare = [this, kind, depth, &segment, &answered, &changed]() -> Result<Done> {
      auto moved = mirror_.outdated(kind, answered);
      if (!moved) return moved.error();
      // What has no stub was deleted a moment ago, or is kept from us here: its type's byIds tells.
      std::sort(answered.begin(), answered.end(),
                [](const store::Stub& a, const store::Stub& b) { return a.id < b.id; });
      for (const auto& id : segment.ids) {
        const auto at = std::lower_bound(
            answered.begin(), answered.end(), id,
            [](const store::Stub& stub, const std::string& wanted) { return stub.id < wanted; });
        if (at == answered.end() || at->id != id) moved->push_back(id);
      }
      if (depth == Depth::plan) {
        changed += moved->size();
        return Done{};
      }
      return mirror_.want(kind, *moved);
    };
    auto compared = co_await mirror_thread_.run(std::move(compare));
    if (!compared) co_return fault_of(compared.error());
  }
  co_return Done{};
}

}  // namespace icure::sync
