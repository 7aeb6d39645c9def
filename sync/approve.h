// Approver: carries out what a person decided about a braked batch.
#pragma once
#include <string>

#include "sync/brake.h"
#include "sync/engine.h"
#include "sync/sweep.h"

namespace icure::sync {

enum class Decision {
  apply,    ///< The platform is right: let the mirror follow it.
  discard,  ///< Keep the rows, until much more is lost.
};

/// Loop thread only. What it refers to outlives its tasks.
class Approver {
 public:
  Approver(Brake& brake, Sweeper& sweeper, Engine& engine)
      : brake_(brake), sweeper_(sweeper), engine_(engine) {}

  /// Returns the batch as it is then. Every row that is applied is asked for by id first: what is
  /// alive again stays. Fails with not_found, conflict (decided already, or a decision is under
  /// way), and to apply with unavailable (while nothing may be sent), offline, blocked or what the
  /// store fails with: then the batch is still open.
  Task<Result<store::Batch>> decide(std::string batch_id, Decision decision, std::stop_token stop);

 private:
  Brake& brake_;
  Sweeper& sweeper_;
  Engine& engine_;
};

}  // namespace icure::sync
