// A clock that moves only when the test says so.
#pragma once
#include <map>
#include <optional>

#include "daemon/base/clock.h"
#include "daemon/base/random.h"

namespace icure::fakes {

class FakeClock final : public Clock {
 public:
  /// When a sleep ends that was told to stop.
  enum class Stopped {
    at_once,
    at_next_advance,  ///< As the real clock has it: whoever requested the stop goes on first.
  };

  explicit FakeClock(Stopped stopped = Stopped::at_once) : stopped_(stopped) {}

  WallTime wall() const override { return WallTime(Millis(1'790'000'000'000) + now_ + set_); }
  Millis uptime() const override { return now_; }

  Task<Result<Done>> sleep(Millis duration, std::stop_token stop) override {
    if (stop.stop_requested()) co_return Error{Code::cancelled, "sleep"};
    Wait wait(*this, now_ + duration);
    std::stop_callback wake(stop, [&wait] { wait.clock.wake(wait); });
    co_await wait;
    if (stop.stop_requested()) co_return Error{Code::cancelled, "sleep"};
    co_return Done{};
  }

  /// Fires every sleep that falls due, in time order, including those started on the way.
  void advance(Millis by) {
    const auto until = now_ + by;
    while (!sleepers_.empty() && sleepers_.begin()->first <= until) {
      now_ = std::max(now_, sleepers_.begin()->first);
      sleepers_.extract(sleepers_.begin()).mapped()->sleeper.resume();
    }
    now_ = until;
  }
  /// Someone set the wall clock; uptime goes on as before.
  void set_wall(Millis by) { set_ += by; }
  std::size_t sleepers() const { return sleepers_.size(); }
  /// How long until the next sleep falls due; absent: nobody sleeps.
  std::optional<Millis> next() const {
    if (sleepers_.empty()) return std::nullopt;
    return std::max(sleepers_.begin()->first - now_, Millis(0));
  }

 private:
  struct Wait {
    Wait(FakeClock& c, Millis d) : clock(c), due(d) {}
    FakeClock& clock;
    Millis due;
    std::coroutine_handle<> sleeper;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      sleeper = h;
      clock.sleepers_.emplace(due, this);
    }
    void await_resume() const {}
  };
  void wake(Wait& wait) {
    for (auto at = sleepers_.begin(); at != sleepers_.end(); ++at) {
      if (at->second != &wait) continue;
      sleepers_.erase(at);
      if (stopped_ == Stopped::at_once) return wait.sleeper.resume();
      sleepers_.emplace(now_, &wait);
      return;
    }
  }

  Stopped stopped_;
  Millis now_{0};
  Millis set_{0};
  std::multimap<Millis, Wait*> sleepers_;
};

/// Always the middle of the range: delays in tests are exact numbers one can read. Bytes count up,
/// so that ids differ.
class MiddleRandom final : public Random {
 public:
  std::uint64_t below(std::uint64_t bound) override { return bound / 2; }
  void fill(std::span<unsigned char> bytes) override {
    for (auto& byte : bytes) byte = static_cast<unsigned char>(next_++);
  }

 private:
  unsigned next_ = 0;
};

}  // namespace icure::fakes
