// Looks at the store's condition, so that it is told, and that the daemon goes on by itself when
// there is room again.
#pragma once
#include <functional>
#include <stop_token>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "store/open.h"

namespace icure {

/// Loop thread only. What it refers to outlives it and its task.
class StoreWatch {
 public:
  StoreWatch(store::Stores& files, Background& ledger_thread, Clock& clock)
      : files_(files), ledger_thread_(ledger_thread), clock_(clock) {}

  /// Calls `changed` when the condition is another one than the time before.
  Task<Done> loop(std::function<void(store::Condition::Is)> changed, std::stop_token stop);

 private:
  store::Stores& files_;
  Background& ledger_thread_;
  Clock& clock_;
};

}  // namespace icure
