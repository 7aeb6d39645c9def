#include "daemon/loop/system_clock.h"

#include "daemon/loop/timer.h"

namespace icure::loop {
namespace {

struct Nap {
  Nap(uv_loop_t& loop, Millis d) : timer(loop), duration(d) {}
  Timer timer;
  Millis duration;
  std::coroutine_handle<> sleeper;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    sleeper = h;
    timer.start(duration, [this] { sleeper.resume(); });
  }
  void await_resume() const {}
  /// Brought forward rather than resumed here: the caller of request_stop() goes on first.
  void wake() {
    if (sleeper) timer.start(Millis(0), [this] { sleeper.resume(); });
  }
};

}  // namespace

WallTime SystemClock::wall() const {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

Millis SystemClock::uptime() const {
  return std::chrono::duration_cast<Millis>(std::chrono::nanoseconds(uv_hrtime()));
}

Task<Result<Done>> SystemClock::sleep(Millis duration, std::stop_token stop) {
  if (stop.stop_requested()) co_return Error{Code::cancelled, "the daemon is stopping"};
  Nap nap(loop_, duration);
  std::stop_callback wake(stop, [&nap] { nap.wake(); });
  co_await nap;
  if (stop.stop_requested()) co_return Error{Code::cancelled, "the daemon is stopping"};
  co_return Done{};
}

}  // namespace icure::loop
