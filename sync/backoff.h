// How long to wait before asking again.
#pragma once
#include <algorithm>

#include "daemon/base/clock.h"
#include "daemon/base/random.h"

namespace icure::sync {

/// A whole delay drawn from [0, ceiling], so that a thousand clinics never ask at once.
inline Millis full_jitter(Millis ceiling, Random& random) {
  return Millis(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1));
}

/// Moves an interval by up to a tenth either way.
inline Millis spread(Millis interval, Random& random) {
  return interval - interval / 10 + full_jitter(interval / 5, random);
}

}  // namespace icure::sync
