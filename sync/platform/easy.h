// What every transfer to the platform has in common for curl: how it gets there, whom it trusts,
// its headers, and what a failure means.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "sync/cause.h"

namespace icure::sync {

struct CurlOptions {
  std::string base_url;  ///< Without a slash at the end.
  std::string ca_file;   ///< PEM, trusted besides the system's certificates; empty: none.
  std::string proxy;     ///< Empty: none, whatever the environment says.
  Millis connect_timeout{30'000};
  Millis request_timeout{300'000};
};

/// Stays where it is: curl keeps pointers into it. `options` outlives it.
class Easy {
 public:
  explicit Easy(const CurlOptions& options);
  ~Easy();
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;

  CURL* get() const { return easy_.get(); }
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(get(), option, value);
  }
  /// "Name" gives "Name: value"; "Name: scheme" gives "Name: scheme value". Wiped at the end.
  void add_header(std::string_view name, std::string_view value);
  /// Hands the headers to curl: call it once, after the last add_header().
  void use_headers() { set(CURLOPT_HTTPHEADER, headers_); }
  /// Why the transfer failed.
  Fault fault(CURLcode verdict) const;

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  static int on_socket(void*, curl_socket_t socket, curlsocktype);
  static CURLcode on_tls(CURL*, void* context, void* ca_file);

  const CurlOptions& options_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  curl_slist* headers_ = nullptr;
};

}  // namespace icure::sync
