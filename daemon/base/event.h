// Event: several tasks wait for one thing to happen.
#pragma once
#include <coroutine>
#include <utility>
#include <vector>

namespace icure {

/// Loop thread only. Must outlive those who wait.
class Event {
 public:
  struct Wait {
    explicit Wait(Event& e) : event(e) {}
    Event& event;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { event.waiting_.push_back(waiter); }
    void await_resume() const {}
  };

  /// `co_await event.wait()` goes on at the next fire().
  Wait wait() { return Wait(*this); }

  /// Resumes all who wait now, in order, before it returns.
  void fire() {
    for (const auto waiter : std::exchange(waiting_, {})) waiter.resume();
  }

 private:
  std::vector<std::coroutine_handle<>> waiting_;
};

}  // namespace icure
