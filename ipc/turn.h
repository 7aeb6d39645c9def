// What waits for the end of a turn of the loop, so that it is done once for many requests.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/loop/handle.h"

namespace icure::ipc {

class Connection;

/// Loop thread only. Keeps the loop alive only while a connection waits for its turn.
class Turn {
 public:
  Turn(uv_loop_t& loop, std::function<void()> end_of_turn);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Of this turn; the loop's own time, which stands still within one.
  std::uint64_t number() const { return number_; }
  Millis now() const { return Millis(uv_now(&loop_)); }

  void request_begun() { begun_ = true; }
  /// Calls flush() at the end of this turn.
  void flush_later(std::shared_ptr<Connection> connection);
  /// Calls it in the next turn.
  void flush_next(std::shared_ptr<Connection> connection);
  /// Calls serve() in the next turn, after whatever else is ready by then.
  void serve_later(std::shared_ptr<Connection> connection);

 private:
  void end();
  void wake();
  void serve_waiting();

  uv_loop_t& loop_;
  std::uint64_t number_ = 0;
  std::function<void()> end_of_turn_;
  bool begun_ = false;
  std::vector<std::shared_ptr<Connection>> unsent_;
  std::vector<std::shared_ptr<Connection>> unserved_;
  loop::UniqueHandle<uv_prepare_t> before_wait_;
  loop::UniqueHandle<uv_check_t> after_events_;
  loop::UniqueHandle<uv_idle_t> next_turn_;
};

}  // namespace icure::ipc
