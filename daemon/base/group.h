// Group: what jobs of one thread share that are carried out together, such as a transaction.
#pragma once
#include "daemon/base/result.h"

namespace icure {

/// Called on the thread of the jobs.
class Group {
 public:
  virtual ~Group() = default;

  /// Before the first job. If it fails, each job is on its own and end() is not called.
  virtual Result<Done> begin() = 0;
  /// After the last one. If it fails, nothing of what any of them changed is kept.
  virtual Result<Done> end() = 0;
};

}  // namespace icure
