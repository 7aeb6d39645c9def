// What events need besides being written with their changes: the old ones go, numbers stay in
// reserve, and what is kept in no file becomes an event too.
#pragma once
#include <stop_token>
#include <string>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "store/open.h"
#include "sync/confirmed_time.h"

namespace icure {

/// Loop thread only. What it refers to outlives it and its tasks.
class EventUpkeep {
 public:
  EventUpkeep(store::Stores& files, Background& mirror_thread, Background& ledger_thread,
              const sync::ConfirmedTime& time, Clock& clock)
      : files_(files),
        mirror_thread_(mirror_thread),
        ledger_thread_(ledger_thread),
        time_(time),
        clock_(clock) {}

  Task<Done> loop(std::stop_token stop);
  /// What cannot be written is logged and not told.
  Task<Done> tell(store::Topic topic, std::string change, std::string id);

 private:
  Task<Done> forget_old();

  store::Stores& files_;
  Background& mirror_thread_;
  Background& ledger_thread_;
  const sync::ConfirmedTime& time_;
  Clock& clock_;
};

}  // namespace icure
