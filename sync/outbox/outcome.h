// What a failed step means for an attempt: from a refusal or a fault to an Outcome. Pure.
#pragma once
#include "sync/outbox/operation.h"
#include "sync/write/explain.h"

namespace icure::sync {

/// Blocked, failed or to be tried again, with the words for that refusal.
Outcome refused(write::Refusal refusal);

/// What a request of that step to the platform met: `line` where the platform cannot be used at
/// all, else a refusal by its status.
Outcome outcome_of(write::WriteStep step, const Fault& fault);

/// Our own disk did not take a step.
Outcome unsaved(const Error& error);

Outcome plain(Outcome::Next next);  ///< Without words.

}  // namespace icure::sync
