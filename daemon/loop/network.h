// News of this machine's network: a link, an address or a route came or went.
#pragma once
#include <functional>

#include "daemon/base/result.h"
#include "daemon/loop/handle.h"
#include "daemon/loop/timer.h"

namespace icure::loop {

/// Calls `on_news` on the loop thread a moment after the kernel's first news of a burst, until
/// destroyed. Loop thread only.
class Network {
 public:
  Network(uv_loop_t& loop, std::function<void()> on_news);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Fails with io where the kernel refuses; then there is no news, and all else goes on.
  Result<Done> listen();

 private:
  void take();
  void close();

  uv_loop_t& loop_;
  std::function<void()> on_news_;
  Timer settling_;
  bool settling_now_ = false;
  int socket_ = -1;
  UniqueHandle<uv_poll_t> poll_;
};

}  // namespace icure::loop
