// Hints: what the platform's notifications said has changed, read by id soon after and together.
#pragma once
#include <array>
#include <map>
#include <string>

#include "daemon/base/event.h"
#include "store/mirror.h"
#include "sync/engine.h"
#include "sync/live_frame.h"
#include "sync/refresh.h"

namespace icure::sync {

struct HintOptions {
  std::size_t page_size = 1000;  ///< Ids of one question.
  /// More than so many deletions and disablings within `interval` are left to a sweep, whose brake
  /// a flood of hints must not get around.
  std::size_t most_taken_away = 20;
  Millis interval{0};
};

/// Loop thread only. What it refers to outlives loop().
class Hints {
 public:
  struct Parts {
    Refresher& refresher;
    Engine& engine;
    store::MirrorWriter& mirror;  // touched on its thread only
    Background& mirror_thread;
    store::MirrorReader& reader;
    Clock& clock;
  };
  explicit Hints(Parts parts) : parts_(parts) {}

  void configure(HintOptions options) { options_ = options; }

  /// Notes a hint; a newer one of the same id replaces it.
  void take(Kind kind, Hint hint);
  /// Returns when there is room for more of that kind. Who waits takes no more from its socket, so
  /// that a flood waits at the platform and not in our memory.
  Task<Done> room(Kind kind, std::stop_token stop);
  /// Reads what was noted until `stop` is requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);

 private:
  using Waiting = std::map<std::string, std::string>;  // id -> rev

  bool affordable();
  Task<Done> read_some(Kind kind, std::stop_token stop);
  Task<Answer<Done>> read_what_differs(Kind kind, Waiting batch, std::stop_token stop);
  void leave_to_a_sweep(Kind kind);

  Parts parts_;
  HintOptions options_;
  std::array<Waiting, kAllKinds.size()> waiting_;
  Millis window_began_{0};
  std::size_t taken_away_ = 0;  // within the window
  Event arrived_;
  Event room_;
};

}  // namespace icure::sync
