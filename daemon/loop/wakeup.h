// Wakes the loop from another thread.
#pragma once
#include <functional>

#include "daemon/loop/handle.h"

namespace icure::loop {

/// In place of uv_async_t, for which the loop spins until the sender is through: a sender of low
/// priority has just lost the processor to that very loop. Construct and destroy on the loop
/// thread, when nobody sends any more; throws std::system_error without a file descriptor.
class Wakeup {
 public:
  Wakeup(uv_loop_t& loop, std::function<void()> woken);
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Any thread. `woken` is called on the loop afterwards, once for all that were sent before.
  void send() const;

 private:
  void take();

  std::function<void()> woken_;
  int event_;
  UniqueHandle<uv_poll_t> poll_;
};

}  // namespace icure::loop
