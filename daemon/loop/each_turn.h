// Work at the end of every turn of the loop.
#pragma once
#include <functional>

#include "daemon/loop/handle.h"

namespace icure::loop {

/// Calls `at_end` before the loop waits for events, until destroyed. Does not keep the loop alive.
class EachTurn {
 public:
  EachTurn(uv_loop_t& loop, std::function<void()> at_end)
      : handle_(make_handle<uv_prepare_t>(loop, uv_prepare_init)), at_end_(std::move(at_end)) {
    handle_->data = this;
    uv_prepare_start(handle_.get(),
                     [](uv_prepare_t* turn) { static_cast<EachTurn*>(turn->data)->at_end_(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(handle_.get()));
  }
  EachTurn(const EachTurn&) = delete;
  EachTurn& operator=(const EachTurn&) = delete;

 private:
  UniqueHandle<uv_prepare_t> handle_;
  std::function<void()> at_end_;
};

}  // namespace icure::loop
