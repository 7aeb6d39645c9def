#include "sync/outbox/lanes.h"

#include <algorithm>
#include <functional>

namespace icure::sync {
namespace {

std::uint64_t lane_of(const std::string& entity) {
  return std::hash<std::string>()(entity);
}

}  // namespace

Lanes::Place Lanes::place_of(const store::Item& item) {
  return {lane_of(item.entity), item.number};
}

void Lanes::add(const store::Item& item, Millis due) {
  const auto place = place_of(item);
  const auto [at, fresh] = items_.try_emplace(place);
  if (!fresh) return queue(place, due);
  auto& entry = at->second;
  entry.due = due;
  for (const auto& entity : item.refers) {
    const auto lane = lane_of(entity);
    if (lane == place.lane) {
      entry.builds_on_lane = true;
      continue;
    }
    const auto first = first_of(lane);
    if (first == items_.end() || first->first.number > place.number) continue;
    if (awaiting_.emplace(Place{lane, place.number}, place.lane).second) {
      entry.awaited.push_back(lane);
    }
  }
  // Whoever was the first of this lane until now is so no more.
  const auto next = std::next(at);
  if (next != items_.end() && next->first.lane == place.lane) disarm(next);
  arm(first_of(place.lane));
}

void Lanes::queue(Place place, Millis due) {
  move(place, Stage::waits, due);
}

void Lanes::park(Place place) {
  move(place, Stage::parked, Millis(0));
}

void Lanes::move(Place place, Stage stage, Millis due) {
  const auto at = items_.find(place);
  if (at == items_.end()) return;
  disarm(at);
  running_.erase(place);
  at->second.stage = stage;
  at->second.due = due;
  arm(first_of(place.lane));
}

void Lanes::end(Place place) {
  const auto at = items_.find(place);
  if (at == items_.end()) return;
  disarm(at);
  running_.erase(place);
  for (const auto lane : at->second.awaited) awaiting_.erase({lane, place.number});
  items_.erase(at);
  release(place.lane);
}

/// Lets go on who has waited for what stood at the head of this lane.
void Lanes::release(std::uint64_t lane) {
  const auto first = first_of(lane);
  arm(first);
  for (auto at = awaiting_.lower_bound({lane, 0});
       at != awaiting_.end() && at->first.lane == lane &&
       (first == items_.end() || at->first.number < first->first.number);) {
    const Place waiter{at->second, at->first.number};
    at = awaiting_.erase(at);
    std::erase(items_.find(waiter)->second.awaited, lane);
    arm(first_of(waiter.lane));
  }
}

std::vector<Lanes::Place> Lanes::dependants(Place place) const {
  std::vector<Place> found;
  for (auto at = items_.upper_bound(place); at != items_.end() && at->first.lane == place.lane;
       ++at) {
    const auto& entry = at->second;
    if (entry.builds_on_lane && entry.stage == Stage::waits) found.push_back(at->first);
  }
  for (auto at = awaiting_.upper_bound(place);
       at != awaiting_.end() && at->first.lane == place.lane; ++at) {
    const Place waiter{at->second, at->first.number};
    if (items_.find(waiter)->second.stage == Stage::waits) found.push_back(waiter);
  }
  return found;
}

std::optional<Lanes::Place> Lanes::take(Millis now) {
  const auto due = next_due();
  if (!due || *due > now) return std::nullopt;
  const Place place{std::get<2>(*armed_.begin()), std::get<1>(*armed_.begin())};
  armed_.erase(armed_.begin());
  items_.find(place)->second.stage = Stage::runs;
  running_.insert(place);
  return place;
}

std::optional<Millis> Lanes::next_due() const {
  if (armed_.empty() || running_.size() >= parallel_) return std::nullopt;
  return std::get<0>(*armed_.begin());
}

bool Lanes::runs(Place place) const {
  return running_.contains(place);
}

Lanes::Items::const_iterator Lanes::first_of(std::uint64_t lane) const {
  const auto at = items_.lower_bound({lane, 0});
  return at != items_.end() && at->first.lane == lane ? at : items_.end();
}

/// Puts the first item of a lane among those that take() gives, if only time stands in its way.
void Lanes::arm(Items::const_iterator at) {
  if (at == items_.end()) return;
  const auto& [place, entry] = *at;
  if (entry.stage != Stage::waits || !entry.awaited.empty()) return;
  // One that came back may have been passed by one that runs.
  const auto other = running_.lower_bound({place.lane, 0});
  if (other != running_.end() && other->lane == place.lane) return;
  armed_.emplace(entry.due, place.number, place.lane);
}

void Lanes::disarm(Items::const_iterator at) {
  armed_.erase({at->second.due, at->first.number, at->first.lane});
}

}  // namespace icure::sync
