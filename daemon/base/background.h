// Background: a place for work that blocks or takes long, away from the loop thread.
#pragma once
#include <coroutine>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "daemon/base/result.h"
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
    using Answer = std::invoke_result_t<Job&>;
    std::optional<Answer> result;
    auto step = [&] { result.emplace(job()); };
    auto fail = [&](const Error& error) {
      // Whose answer is no Result has changed nothing that could be lost.
      if constexpr (std::is_constructible_v<Answer, Error>) result.emplace(error);
    };
    Queued queued(*this, step, fail);
    co_await queued;
    co_return std::move(*result);
  }

 protected:
  struct Queued {
    Queued(Background& b, std::function<void()> s, std::function<void(const Error&)> f)
        : background(b), step(std::move(s)), fail(std::move(f)) {}
    Background& background;
    std::function<void()> step;
    std::function<void(const Error&)> fail;
    std::coroutine_handle<> awaiter;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      awaiter = h;
      background.push(*this);
    }
    void await_resume() const {}
  };

  /// Must call queued.step() once elsewhere, then resume queued.awaiter on the loop thread, never
  /// before this call has returned. queued.fail() in between replaces the answer by an error.
  virtual void push(Queued& queued) = 0;
};

}  // namespace icure
