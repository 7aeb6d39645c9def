// The ledger as the rest of the program sees it: what exists only here and must never be lost.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "store/batch.h"

namespace icure::store {

struct KindCounts {
  std::uint64_t seen = 0;
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t deleted = 0;
  std::uint64_t held = 0;
};

/// One run of the sync, as `sync.run` and `sync.history` show it.
struct Run {
  std::string id;
  std::string trigger;  ///< start, schedule, request, reconnect or hint.
  bool full = true;
  WallTime started{};
  std::optional<WallTime> finished;
  std::string state;  ///< running, done, failed or cut_off.
  std::string cause;  ///< Why it failed, a word of sync/cause.h; else empty.
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::map<Kind, KindCounts> kinds;
};

/// Confined to the ledger's thread. Fails with io (disk full: read_only) or corrupt. When a call
/// returns, its change is synced to the disk.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Inserts the run, or replaces it by id.
  virtual Result<Done> record(const Run& run) = 0;
  /// Newest first.
  virtual Result<std::vector<Run>> runs(std::size_t limit) = 0;
  /// Marks runs that a crash left `running` as `cut_off`. Call at start.
  virtual Result<Done> close_cut_off_runs() = 0;

  /// Inserts the batch with its rows, or replaces it by id.
  virtual Result<Done> keep_batch(const Batch& batch, const std::vector<HeldRow>& rows) = 0;
  /// Oldest first.
  virtual Result<std::vector<StandingBatch>> standing_batches() = 0;
  /// A batch of any state; the oldest closed ones are forgotten. Fails with not_found.
  virtual Result<Batch> batch(const std::string& id) = 0;

  /// Until when a person paused the sync; absent: it is not paused.
  virtual Result<std::optional<WallTime>> paused_until() = 0;
  virtual Result<Done> set_pause(std::optional<WallTime> until) = 0;

  /// Gives back the room that the file's log takes, as far as readers allow.
  virtual void empty_log() = 0;
};

}  // namespace icure::store
