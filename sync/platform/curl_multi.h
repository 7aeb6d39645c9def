// Many transfers of libcurl at once, driven by the event loop.
#pragma once
#include <curl/curl.h>

#include <coroutine>
#include <set>
#include <vector>

#include "daemon/loop/handle.h"
#include "daemon/loop/timer.h"

namespace icure::sync {

/// Loop thread only. Must outlive every transfer that was started on it.
class CurlMulti {
 public:
  explicit CurlMulti(uv_loop_t& loop);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  uv_loop_t& loop() { return loop_; }

  /// `co_await transfer` performs what `easy` is set up for and gives curl's verdict.
  struct Transfer {
    Transfer(CurlMulti& m, CURL* e) : multi(m), easy(e) {}
    CurlMulti& multi;
    CURL* easy;
    bool kept = false;  ///< A success leaves the connection open, until curl_easy_cleanup().
    CURLcode verdict = CURLE_OK;
    std::coroutine_handle<> waiter;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      waiter = h;
      multi.start(*this);
    }
    CURLcode await_resume() const { return verdict; }
    /// Ends it soon with CURLE_ABORTED_BY_CALLBACK, not within this call.
    void cancel() { multi.cancel(*this); }
  };

 private:
  struct Socket;
  void start(Transfer& transfer);
  void cancel(Transfer& transfer);
  void finish(Transfer& transfer, CURLcode verdict);
  void act(curl_socket_t socket, int events);
  void collect();
  void watch(curl_socket_t socket, int what, Socket* known);
  static int on_socket(CURL*, curl_socket_t, int what, void* self, void* known);
  static int on_timeout(CURLM*, long delay_ms, void* self);

  uv_loop_t& loop_;
  CURLM* multi_;
  loop::Timer timeout_;
  loop::Timer cancelling_;
  std::set<Transfer*> running_;
  std::vector<Transfer*> cancelled_;
};

}  // namespace icure::sync
