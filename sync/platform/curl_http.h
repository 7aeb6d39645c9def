// The platform over HTTP, by libcurl.
#pragma once
#include <memory>

#include "sync/platform/curl_multi.h"
#include "sync/platform/easy.h"
#include "sync/ports.h"

namespace icure::sync {

/// Loop thread only. Connections are kept and reused; redirects are not followed, since the
/// platform has none and a network's login page does.
class CurlHttp final : public Http {
 public:
  CurlHttp(uv_loop_t& loop, const Clock& clock, CurlOptions options);
  ~CurlHttp() override;

  /// What counts from the next request on.
  void configure(CurlOptions options) { options_ = std::move(options); }

  Task<Answer<HttpReply>> send(HttpRequest request, std::stop_token stop) override;

 private:
  CurlMulti multi_;
  const Clock& clock_;
  CurlOptions options_;
};

}  // namespace icure::sync
