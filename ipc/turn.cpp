#include "ipc/turn.h"

#include <utility>

#include "ipc/connection.h"

namespace icure::ipc {

// Both before the loop waits and after it has read: answers may come of a timer as well as of a
// request, and neither may wait until the next thing happens.
Turn::Turn(uv_loop_t& loop, std::function<void()> end_of_turn)
    : loop_(loop),
      end_of_turn_(std::move(end_of_turn)),
      before_wait_(loop::make_handle<uv_prepare_t>(loop, uv_prepare_init)),
      after_events_(loop::make_handle<uv_check_t>(loop, uv_check_init)),
      next_turn_(loop::make_handle<uv_idle_t>(loop, uv_idle_init)) {
  before_wait_->data = after_events_->data = next_turn_->data = this;
  uv_prepare_start(before_wait_.get(),
                   [](uv_prepare_t* handle) { static_cast<Turn*>(handle->data)->end(); });
  uv_check_start(after_events_.get(),
                 [](uv_check_t* handle) { static_cast<Turn*>(handle->data)->end(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(before_wait_.get()));
  uv_unref(reinterpret_cast<uv_handle_t*>(after_events_.get()));
}

// As long as something waits to be sent the loop must not end.
void Turn::flush_later(std::shared_ptr<Connection> connection) {
  uv_ref(reinterpret_cast<uv_handle_t*>(before_wait_.get()));
  unsent_.push_back(std::move(connection));
}

void Turn::flush_next(std::shared_ptr<Connection> connection) {
  flush_later(std::move(connection));
  wake();
}

void Turn::serve_later(std::shared_ptr<Connection> connection) {
  unserved_.push_back(std::move(connection));
  wake();
}

// An active idle handle keeps the loop from waiting.
void Turn::wake() {
  uv_idle_start(next_turn_.get(),
                [](uv_idle_t* handle) { static_cast<Turn*>(handle->data)->serve_waiting(); });
}

void Turn::serve_waiting() {
  uv_idle_stop(next_turn_.get());
  for (const auto& connection : std::exchange(unserved_, {})) connection->serve();
}

void Turn::end() {
  ++number_;
  uv_unref(reinterpret_cast<uv_handle_t*>(before_wait_.get()));
  for (const auto& connection : std::exchange(unsent_, {})) connection->flush();
  if (!std::exchange(begun_, false) || !end_of_turn_) return;
  end_of_turn_();
}

}  // namespace icure::ipc
