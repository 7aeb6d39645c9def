// Lanes: which accepted write may be carried out next. The items of one entity stand in a lane and
// go one after another, in the order of their acceptance; lanes do not wait for each other, but for
// an item that refers to other entities: it waits for their earlier items too. Pure: no clock, no
// store; the outbox tells it what happened.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "store/outbox.h"

namespace icure::sync {

/// Loop thread only. Each call costs O(log n), and as much again for every item that it sets free;
/// an item costs about 160 bytes. Times are of Clock::uptime().
class Lanes {
 public:
  /// Where an item stands. Lanes go by a 64-bit hash of the entity's id: two entities that share
  /// one would wait for each other, and nothing worse.
  struct Place {
    std::uint64_t lane = 0;
    std::uint64_t number = 0;
    auto operator<=>(const Place&) const = default;  // NOLINT(modernize-use-nullptr): of clang 14
  };
  static Place place_of(const store::Item& item);

  explicit Lanes(std::size_t parallel) : parallel_(parallel) {}
  /// How many items may run at once.
  void set_parallel(std::size_t parallel) { parallel_ = parallel; }

  /// A new item, which may go from `due` on, once it is its turn. One that was taken in before the
  /// others takes its old place, but those that have passed it do not wait any more.
  void add(const store::Item& item, Millis due);
  /// It may go, or go again, from `due` on. An unknown place is ignored here and below.
  void queue(Place place, Millis due);
  /// It waits for a person, and with it what waits for it.
  void park(Place place);
  /// It is over and does not stand in anybody's way any more.
  void end(Place place);

  /// The items that wait for this one and cannot go on if it comes to nothing: those that refer to
  /// its entity, as later items of the entity itself do if they build on it. Parked ones are left
  /// out.
  std::vector<Place> dependants(Place place) const;

  /// An item that may go now. It runs until it is told to queue, park or end.
  std::optional<Place> take(Millis now);
  /// When take() will give one; absent: not before something else happens.
  std::optional<Millis> next_due() const;

  bool runs(Place place) const;
  /// Whether it had to wait for other items, or still has to.
  bool waited(Place place) const;
  std::size_t running() const { return running_.size(); }
  std::size_t size() const { return items_.size(); }

 private:
  enum class Stage : std::uint8_t { waits, runs, parked };
  struct Entry {
    Millis due{0};
    std::vector<std::uint64_t> awaited;  // other lanes with earlier items
    Stage stage = Stage::waits;
    bool builds_on_lane = false;
    bool waited = false;
  };
  using Items = std::map<Place, Entry>;

  Items::const_iterator first_of(std::uint64_t lane) const;
  void arm(Items::const_iterator at);
  void disarm(Items::const_iterator at);
  void move(Place place, Stage stage, Millis due);
  void release(std::uint64_t lane);

  std::size_t parallel_;
  Items items_;
  std::set<Place> running_;
  std::map<Place, std::uint64_t> awaiting_;  // an item that awaits .lane -> its own lane
  std::set<std::tuple<Millis, std::uint64_t, std::uint64_t>> armed_;  // due, number, lane
};

}  // namespace icure::sync
