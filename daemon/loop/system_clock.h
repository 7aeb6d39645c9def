// The kernel's time, with sleeps on the event loop.
#pragma once
#include <uv.h>

#include "daemon/base/clock.h"

namespace icure::loop {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(uv_loop_t& loop) : loop_(loop) {}
  WallTime wall() const override;
  Millis uptime() const override;
  Task<Result<Done>> sleep(Millis duration, std::stop_token stop) override;

 private:
  uv_loop_t& loop_;
};

}  // namespace icure::loop
