// Task<T>: a lazy coroutine with one owner and one awaiter. Loop thread only; never throws.
//
// Five rules keep it sound (g++ 12 compiles their breach wrongly, see docs/development.md):
// nothing braced and no lambda after co_await; no co_await inside ?:; a coroutine is a named
// function with parameters by value or documented to outlive it; never destroy a suspended task;
// no structured binding of a co_await.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace icure {

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {  // NOLINT(readability-identifier-naming): the standard's name
    std::optional<T> value;
    std::coroutine_handle<> awaiter;

    struct ResumeAwaiter {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(
          std::coroutine_handle<promise_type> self) const noexcept {
        auto next = self.promise().awaiter;
        return next ? next : std::noop_coroutine();
      }
      void await_resume() const noexcept {}
    };

    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    ResumeAwaiter final_suspend() const noexcept { return {}; }
    void return_value(T v) { value.emplace(std::move(v)); }
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };

  Task(Task&& other) noexcept : self_(std::exchange(other.self_, {})), started_(other.started_) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (self_) self_.destroy();
  }

  bool await_ready() const noexcept { return started_ && self_.done(); }
  // Runs the child here and suspends only if it did not finish: a loop of ready awaits then needs
  // no tail call, which g++ 12 does not make at -O0 or under ASan.
  bool await_suspend(std::coroutine_handle<> awaiter) noexcept {
    if (!started_) start();
    if (self_.done()) return false;
    self_.promise().awaiter = awaiter;
    return true;
  }
  T await_resume() { return std::move(*self_.promise().value); }

  /// Runs the task up to its first wait; it may be awaited later. For work that should overlap.
  void start() {
    started_ = true;
    self_.resume();
  }
  bool done() const { return self_.done(); }
  T take() { return std::move(*self_.promise().value); }  ///< Requires done().

 private:
  explicit Task(std::coroutine_handle<promise_type> self) : self_(self) {}
  std::coroutine_handle<promise_type> self_;
  bool started_ = false;
};

}  // namespace icure
