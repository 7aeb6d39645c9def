// Looks at the store's condition, so that it is told, and that the daemon goes on by itself when
// there is room again.
#pragma once
#include <functional>
#include <stop_token>

#include "daemon/base/background.h"
#include "daemon/base/nap.h"
#include "store/open.h"

namespace icure {

/// Loop thread only. What it refers to outlives it and its task.
class StoreWatch {
 public:
  StoreWatch(store::Stores& files, Background& ledger_thread, Clock& clock)
      : files_(files), ledger_thread_(ledger_thread), nap_(clock) {}

  /// Calls `changed` when the condition is another one than the time before.
  Task<Done> loop(std::function<void(store::Condition::Is)> changed, std::stop_token stop);
  /// At the end of a turn: others may have found the condition to be another one.
  void turn() {
    if (files_.condition().last() != told_) nap_.wake();
  }

 private:
  store::Stores& files_;
  Background& ledger_thread_;
  Nap nap_;
  store::Condition::Is told_ = store::Condition::Is::sound;
};

}  // namespace icure
