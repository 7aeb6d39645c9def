// Everything that the platform ever was, and what therefore may be mirrored.
#pragma once
#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/base/clock.h"
#include "store/batch.h"
#include "store/mirror.h"
#include "tests/sandbox/world.h"

namespace icure::converge {

/// One thread. Reads the world at once, so that it must be told of every change.
class Chronicle {
 public:
  enum class Strict { no, yes };

  Chronicle(sandbox::World& world, const Clock& clock, Strict strict);

  /// That document was changed, just now.
  void changed(Kind kind, const std::string& id);
  /// The wall clock is about to be set, or was just set.
  void clock_set();

  /// Whose patients are to be mirrored.
  const sandbox::Circle& circle() const { return circle_; }
  /// What a correct mirror holds now: documents by id.
  std::map<std::string, store::Row> truth(Kind kind) const;

  /// Rows that the brake keeps as they were, by id.
  using Held = std::unordered_map<std::string, store::HeldChange>;

  /// What is wrong with the mirror at this moment, while changes and faults go on; empty: nothing.
  /// - Every row is a document that the platform had, byte for byte, and stands there once.
  /// - `as_of` is a time that the wall clock has shown.
  /// - No row, and no absence of one, is older than `as_of`. Unless `Strict::yes`, a document that
  ///   changes twice while a sweep passes it may be one sweep late, and a user that changes once:
  ///   one that a page shows disabled is read once more when all pages are read, and may be gone by
  ///   then. But for those that are held.
  std::string fault_of(Kind kind, const store::KindState& state,
                       const std::vector<store::Row>& rows, const Held& held);

 private:
  struct Version {
    Millis since;     // of uptime
    std::string rev;  // empty: not there, or not for us
    std::string json;
  };
  using Versions = std::vector<Version>;
  struct Setting {  // of the wall clock
    Millis since;   // of uptime
    Millis offset;  // wall less uptime, from the epoch
  };

  struct Seen {  // of as_of, as uptime
    std::optional<Millis> last;
    std::optional<Millis> before;
  };

  std::optional<Millis> uptime_at(WallTime wall) const;
  /// The `as_of` before this one.
  std::optional<Millis> one_before(Kind kind, Millis as_of);
  Millis offset() const;
  Version version_of(const sandbox::Row* row) const;

  sandbox::World& world_;
  const Clock& clock_;
  Strict strict_;
  sandbox::Circle circle_;
  std::array<std::map<std::string, Versions>, kAllKinds.size()> kinds_;
  std::array<Seen, kAllKinds.size()> seen_;
  std::vector<Setting> settings_;
};

}  // namespace icure::converge
