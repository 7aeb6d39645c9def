#include "daemon/doctor/ask.h"

#include <netdb.h>
#include <sys/timex.h>
#include <uv.h>

#include <algorithm>

#include "daemon/base/scope.h"
#include "daemon/line_options.h"
#include "daemon/loop/system_clock.h"
#include "sync/platform/curl_http.h"
#include "sync/session.h"
#include "sync/url.h"

namespace icure::doctor {
namespace {

using namespace std::chrono_literals;

// A person waits for the answer, so less than the daemon would wait.
constexpr Millis kPatience = 10s;

sync::CurlOptions options_of(const std::string& url, const PlatformConfig& platform) {
  auto options = line_options(url, platform);
  options.connect_timeout = std::min(options.connect_timeout, kPatience);
  options.request_timeout = kPatience;
  return options;
}

Task<Done> log_in_to(sync::Session& session, std::optional<sync::Answer<Done>>& outcome,
                     std::stop_token stop) {
  auto token = co_await session.token(stop);
  if (token) {
    outcome.emplace(Done{});
  } else {
    outcome.emplace(token.error());
  }
  co_return Done{};
}

}  // namespace

int resolve(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (failure == 0) ::freeaddrinfo(found);
  return failure;
}

sync::Probe probe_platform(const PlatformConfig& platform) {
  return sync::probe(options_of(platform.url, platform), "/rest/v2/icure/ok", kPatience);
}

sync::Probe probe_gateway(const Config& config) {
  const auto target = "/" + sync::percent_encoded(config.gateway.spec_id) + "/challenge";
  return sync::probe(options_of(config.gateway.url, config.platform), target, kPatience);
}

sync::Answer<Done> log_in(const PlatformConfig& platform) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::optional<sync::Answer<Done>> outcome;
  {
    loop::SystemClock clock(loop);
    sync::CurlHttp http(loop, clock, options_of(platform.url, platform));
    sync::Session session(http, clock, login_of(platform));
    Scope scope;
    scope.run(log_in_to(session, outcome, scope.token()));
    while (scope.running() > 0) uv_run(&loop, UV_RUN_ONCE);
  }
  uv_run(&loop, UV_RUN_DEFAULT);  // lets closed handles go
  uv_loop_close(&loop);
  return std::move(*outcome);
}

std::optional<bool> clock_is_synchronised() {
  timex state{};
  const int verdict = ::adjtimex(&state);
  if (verdict < 0) return std::nullopt;
  return verdict != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace icure::doctor
