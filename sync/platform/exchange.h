// One request and its reply, as curl sees them.
#pragma once
#include <curl/curl.h>

#include <memory>

#include "sync/platform/curl_http.h"

namespace icure::sync {

/// Holds what curl points to while a transfer runs; stays where it is.
class Exchange {
 public:
  Exchange(const CurlOptions& options, const HttpRequest& request);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  CURL* easy() { return easy_.get(); }
  /// The reply, or why there is none. `now` is for a Retry-After that names a date.
  Answer<HttpReply> result(CURLcode verdict, WallTime now);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  void add_header(std::string_view name, std::string_view value);
  std::string header(const char* name);
  std::size_t take(std::string_view piece);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self);
  static int on_socket(void*, curl_socket_t socket, curlsocktype);
  static CURLcode on_tls(CURL*, void* context, void* self);

  const CurlOptions& options_;
  const HttpRequest& request_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  curl_slist* headers_ = nullptr;
  std::string body_;
  std::size_t received_ = 0;  // bytes of the body, after inflating
  bool oversized_ = false;
  bool refused_ = false;  // by the sink
};

}  // namespace icure::sync
