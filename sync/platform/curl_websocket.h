// The platform's notifications over websockets, by libcurl.
#pragma once
#include <uv.h>

#include "sync/platform/curl_multi.h"
#include "sync/platform/easy.h"
#include "sync/ports.h"

namespace icure::sync {

/// Empty if that libcurl has websockets, else why not, for a person.
std::string websockets_missing(const curl_version_info_data& curl);

/// Loop thread only.
class CurlWebsockets final : public Websockets {
 public:
  CurlWebsockets(uv_loop_t& loop, CurlOptions options);

  /// What counts from the next open() on.
  void configure(CurlOptions options) { options_ = std::move(options); }

  std::string missing() const override;
  Task<Answer<std::unique_ptr<Websocket>>> open(std::string target, Secret bearer,
                                                std::stop_token stop) override;

 private:
  uv_loop_t& loop_;
  CurlMulti multi_;
  CurlOptions options_;
};

}  // namespace icure::sync
