// Events as the rest of the program sees them: what changed, numbered in one order over both files
// and over restarts. An event stands in the transaction and the file of its change.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"

namespace icure::store {

/// Grows from event to event; not every number is used. Below 2^53, so that any JSON reader holds
/// it.
using EventNumber = std::uint64_t;

enum class Topic { user, owner, invite, outbox, sync, daemon };
inline constexpr std::size_t kTopics = 6;
inline constexpr std::array<std::string_view, kTopics> kTopicNames = {"user",   "owner", "invite",
                                                                      "outbox", "sync",  "daemon"};
using TopicSet = std::bitset<kTopics>;

constexpr std::string_view name_of(Topic topic) {
  return kTopicNames[static_cast<std::size_t>(topic)];
}
constexpr std::optional<Topic> topic_named(std::string_view name) {
  for (std::size_t each = 0; each < kTopics; ++each) {
    if (kTopicNames[each] == name) return static_cast<Topic>(each);
  }
  return std::nullopt;
}
constexpr Topic topic_of(Kind kind) {
  return kind == Kind::user ? Topic::user : Topic::owner;
}

/// What became of an entity.
inline constexpr std::string_view kAdded = "added";
inline constexpr std::string_view kChanged = "changed";
inline constexpr std::string_view kDeleted = "deleted";
/// Of a whole kind, whose name is the id: it was never complete before. Stands for all its rows.
inline constexpr std::string_view kFilled = "filled";

struct Event {
  EventNumber seq = 0;
  TopicSet topics;           ///< One; of a gap those of which events were lost.
  std::string change;        ///< Such as "changed", or the new state of what has states.
  std::optional<Kind> kind;  ///< Of the entity that it is about, if there is one.
  std::string id;
  std::string rev;  ///< Empty but for an entity as the platform has it.
  WallTime at{};
  bool gap = false;  ///< Stands for events up to `seq` that are not kept any more.
};

struct EventPage {
  std::vector<Event> events;
  EventNumber upto = 0;  ///< All up to here are in it, or were before.
};

/// Confined to the thread that uses it. Fails with io or corrupt.
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// The last number that may be shown: nothing below it can come any more, and the changes of all
  /// up to it can be read.
  virtual EventNumber newest() const = 0;
  /// Up to `limit` after `after`, in order, gaps among them.
  virtual Result<EventPage> after(EventNumber after, std::size_t limit) = 0;
};

/// The events of the ledger's file (those of the mirror's are its writer's business). Confined to
/// the ledger's thread; fails with io (disk full: read_only) or corrupt.
class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Of something that is kept in no file.
  virtual Result<Done> add(Topic topic, std::string_view change, std::string_view id) = 0;
  /// Forgets the oldest events from before `before`, as many as take some milliseconds. Returns how
  /// many: zero means that all are forgotten. To be called each minute at least: it also keeps
  /// numbers in reserve.
  virtual Result<std::uint64_t> forget(WallTime before) = 0;
};

}  // namespace icure::store
