#include "sync/stop_after.h"

namespace icure::sync {

Task<bool> stop_after(Clock& clock, Millis delay, std::stop_token done, std::stop_source limit) {
  auto slept = co_await clock.sleep(delay, done);
  if (slept) limit.request_stop();
  co_return static_cast<bool>(slept);
}

}  // namespace icure::sync
