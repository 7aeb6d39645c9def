// What carries one accepted write out, step by step, and what can become of an attempt. The outbox
// decides when and how often; an operation knows what. Both go on after a crash from what the item
// says in the ledger.
#pragma once
#include <optional>
#include <stop_token>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/task.h"
#include "store/outbox.h"
#include "sync/cause.h"

namespace icure::sync {

/// What became of an attempt.
struct Outcome {
  enum class Next {
    done,
    retry,      ///< Try again by backoff; it counts as an attempt.
    line,       ///< The platform cannot be reached: wait for it, without counting.
    wait,       ///< Not before `until`, without counting.
    blocked,    ///< Needs a person.
    failed,     ///< Refused for good.
    expired,    ///< Its time ran out.
    cancelled,  ///< It was taken back, and what it had done is undone.
    stopping,   ///< The daemon stops: nothing is written down, the next start goes on.
  };
  Next next = Next::done;
  std::string text = {};  ///< For a receptionist; empty with done, wait and stopping.
  std::string hint = {};  ///< The one action that helps.
  std::optional<Millis> retry_after = {};  ///< The platform or gateway asked to wait so long.
  std::optional<WallTime> until = {};      ///< With `wait`.
  std::optional<Fault> fault = {};         ///< What happened to the line, for the engine.
};

/// Writes down how far an item is, durably, before the next step begins.
class Progress {
 public:
  virtual ~Progress() = default;
  /// Saves the item as it is now, with a step for people to see. Fails as store::Outbox::save.
  virtual Task<Result<Done>> save(const store::Item& item, std::string step, std::string note) = 0;
};

/// Loop thread only; one attempt an item at a time. Outlives its tasks.
class Operation {
 public:
  virtual ~Operation() = default;
  /// Goes on with the item as far as it gets. Every step asks whether it happened already. Before
  /// `done` is returned the mirror holds what the platform answered last: readers look at the
  /// overlay first, so that a change is seen twice rather than never. `item.content` is the
  /// operation's own.
  virtual Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) = 0;
};

}  // namespace icure::sync
