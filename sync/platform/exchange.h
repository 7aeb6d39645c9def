// One request and its reply, as curl sees them.
#pragma once
#include "daemon/loop/timer.h"
#include "sync/platform/easy.h"
#include "sync/ports.h"

namespace icure::sync {

/// Holds what curl points to while a transfer runs; stays where it is.
class Exchange {
 public:
  Exchange(uv_loop_t& loop, const CurlOptions& options, const HttpRequest& request);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  CURL* easy() { return easy_.get(); }
  /// The reply, or why there is none. `now` is for a Retry-After that names a date.
  Answer<HttpReply> result(CURLcode verdict, WallTime now);

 private:
  std::string header(const char* name);
  void make_room();
  std::size_t take(std::string_view piece);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self);

  const HttpRequest& request_;
  Easy easy_;
  std::string body_;
  std::size_t received_ = 0;  // bytes of the body, after inflating
  std::size_t in_a_row_ = 0;  // bytes since others had their turn
  loop::Timer rest_;
  bool oversized_ = false;
  bool refused_ = false;  // by the sink
};

}  // namespace icure::sync
