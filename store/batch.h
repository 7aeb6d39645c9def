// Batches: what the brake holds back for a person's approval, as the ledger keeps it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"

namespace icure::store {

enum class BatchState {
  open,       ///< Waits for a decision.
  applied,    ///< Somebody decided that the platform is right.
  discarded,  ///< Somebody decided to keep the rows; it stands while one of them is still held.
  withdrawn,  ///< The platform took all of it back.
};

/// What the platform says of a row, and the mirror does not follow yet.
enum class HeldChange { deletion, hiding, disabling };

struct HeldRow {
  std::string id;
  HeldChange what = HeldChange::deletion;
  bool operator==(const HeldRow&) const = default;
};

struct Batch {
  std::string id;
  Kind kind = Kind::user;
  WallTime since{};
  BatchState state = BatchState::open;
  std::uint64_t deletes = 0;
  std::uint64_t disables = 0;
  std::uint64_t hides = 0;
};

/// A batch whose rows still count: it is open or discarded.
struct StandingBatch {
  Batch batch;
  std::vector<HeldRow> rows;  ///< In the order of ids.
};

}  // namespace icure::store
