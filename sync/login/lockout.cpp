#include "sync/login/lockout.h"

namespace icure::sync {

store::LoginFailures after_failure(store::LoginFailures before, WallTime now,
                                   const LockoutRule& rule) {
  const bool over = before.locked_until || now - before.last > rule.lockout;
  store::LoginFailures after;
  after.count = over ? 1 : before.count + 1;
  after.last = now;
  if (after.count >= rule.max_failures) after.locked_until = now + rule.lockout;
  return after;
}

std::optional<Millis> locked_for(const store::LoginFailures& failures, WallTime now) {
  if (!failures.locked_until || *failures.locked_until <= now) return std::nullopt;
  return *failures.locked_until - now;
}

}  // namespace icure::sync
