// Scope: owns tasks that nobody awaits, so that a shutdown can ask them to stop and wait for them.
#pragma once
#include <cstddef>
#include <functional>
#include <stop_token>
#include <utility>

#include "daemon/base/result.h"
#include "daemon/base/task.h"

namespace icure {

/// Loop thread only. Must be empty (`running() == 0`) when destroyed.
class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Starts the task now and keeps it until it is done.
  void run(Task<Done> task) {
    ++running_;
    drive(*this, std::move(task));
  }

  /// Given to every task that should end when the scope does.
  std::stop_token token() const { return stop_.get_token(); }

  /// Requests a stop and calls `on_empty` once, when the last task is done: at once if none runs.
  void drain(std::function<void()> on_empty) {
    on_empty_ = std::move(on_empty);
    stop_.request_stop();
    if (running_ == 0) finish();
  }

  std::size_t running() const { return running_; }

 private:
  struct Detached {        // frees its own frame at the end
    struct promise_type {  // NOLINT(readability-identifier-naming): the standard's name
      Detached get_return_object() const noexcept { return {}; }
      std::suspend_never initial_suspend() const noexcept { return {}; }
      std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
  };

  static Detached drive(Scope& scope, Task<Done> task) {
    co_await task;
    if (--scope.running_ == 0) scope.finish();
  }

  void finish() {
    if (auto told = std::exchange(on_empty_, nullptr)) told();
  }

  std::size_t running_ = 0;
  std::function<void()> on_empty_;
  std::stop_source stop_;
};

}  // namespace icure
