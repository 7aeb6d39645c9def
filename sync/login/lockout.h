// How many wrong guesses are too many. Pure.
#pragma once
#include <optional>

#include "store/login.h"

namespace icure::sync {

struct LockoutRule {
  std::int64_t max_failures = 5;
  Millis lockout{0};
};

/// What is counted after one more wrong guess. Guesses of longer ago than a lockout are forgiven.
store::LoginFailures after_failure(store::LoginFailures before, WallTime now,
                                   const LockoutRule& rule);

/// How much longer it is locked; absent: it is not.
std::optional<Millis> locked_for(const store::LoginFailures& failures, WallTime now);

}  // namespace icure::sync
