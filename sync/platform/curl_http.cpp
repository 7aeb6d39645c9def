#include "sync/platform/curl_http.h"

#include "sync/platform/exchange.h"

namespace icure::sync {

CurlHttp::CurlHttp(uv_loop_t& loop, const Clock& clock, CurlOptions options)
    : multi_(loop), clock_(clock), options_(std::move(options)) {}

CurlHttp::~CurlHttp() = default;

Task<Answer<HttpReply>> CurlHttp::send(HttpRequest request, std::stop_token stop) {
  if (stop.stop_requested()) co_return Fault{Cause::stopping, 0, "the daemon is stopping"};
  const auto options = options_;  // a reload must not change them under curl's feet
  Exchange exchange(multi_.loop(), options, request);
  CurlMulti::Transfer transfer(multi_, exchange.easy());
  std::stop_callback cancel(stop, [&transfer] { transfer.cancel(); });
  const auto verdict = co_await transfer;
  co_return exchange.result(verdict, clock_.wall());
}

}  // namespace icure::sync
