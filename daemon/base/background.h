// Background: a place for work that blocks or takes long, away from the loop thread.
#pragma once
#include <coroutine>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "daemon/base/task.h"

namespace icure {

/// Runs jobs one at a time and in order (loop/worker.h is the real one). Loop thread only.
class Background {
 public:
  virtual ~Background() = default;

  /// `job` runs elsewhere; the awaiter goes on on the loop thread. What `job` refers to must
  /// outlive the task.
  template <class Job>
  Task<std::invoke_result_t<Job&>> run(Job job) {
    std::optional<std::invoke_result_t<Job&>> result;
    auto step = [&] { result.emplace(job()); };
    Queued queued(*this, step);
    co_await queued;
    co_return std::move(*result);
  }

 protected:
  struct Queued {
    Queued(Background& b, std::function<void()> s) : background(b), step(std::move(s)) {}
    Background& background;
    std::function<void()> step;
    std::coroutine_handle<> awaiter;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      awaiter = h;
      background.push(*this);
    }
    void await_resume() const {}
  };

  /// Must call queued.step() once elsewhere, then resume queued.awaiter on the loop thread, never
  /// before this call has returned.
  virtual void push(Queued& queued) = 0;
};

}  // namespace icure
