#include "daemon/config.h"

#include <algorithm>
#include <charconv>

#include "daemon/base/log.h"
#include "daemon/base/web_address.h"

namespace icure {
namespace {

using namespace std::chrono_literals;

// Longer than any sensible setting, and far from overflowing arithmetic on it.
constexpr std::int64_t kLongestDays = 3650;

/// https to anywhere; http, which everybody on the way can read, to this machine itself only.
bool may_be_used(const std::string& url) {
  const auto address = parse_web_address(url);
  return address && (address->scheme == "https" || is_loopback(*address));
}

}  // namespace

Result<Millis> parse_duration(const std::string& text) {
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(rest, end);
  Millis one{0};
  if (unit == "ms") one = 1ms;
  if (unit == "s") one = 1s;
  if (unit == "m") one = 1min;
  if (unit == "h") one = 1h;
  if (unit == "d") one = 24h;
  if (error != std::errc() || one == 0ms || count < 0 || count > kLongestDays * 24h / one) {
    return Error{Code::invalid,
                 "\"" + text + "\" is no duration: write \"90s\", \"15m\", \"24h\" or \"7d\""};
  }
  return one * count;
}

std::vector<std::string> faults_of(const Config& config) {
  std::vector<std::string> faults;
  const auto demand = [&faults](bool fine, const char* fault) {
    if (!fine) faults.emplace_back(fault);
  };
  const auto& url = config.platform.url;
  demand(!url.empty(), "platform.url: is required, such as \"https://api.icure.cloud\"");
  demand(url.empty() || may_be_used(url),
         "platform.url: must be https://HOST[:PORT] (http:// only to this machine itself)");
  demand(!config.platform.login.empty(), "platform.login: is required");
  demand(config.platform.connect_timeout >= 1s, "platform.connect_timeout: must be 1s or more");
  demand(config.platform.request_timeout >= 1s, "platform.request_timeout: must be 1s or more");
  demand(config.gateway.url.empty() == config.gateway.spec_id.empty(),
         "gateway: url and spec_id go together; set both or none");
  demand(config.gateway.url.empty() || may_be_used(config.gateway.url),
         "gateway.url: must be https://HOST[:PORT] (http:// only to this machine itself)");
  demand(config.store.directory.starts_with("/"), "store.directory: must be an absolute path");
  demand(config.ipc.socket.starts_with("/"), "ipc.socket: must be an absolute path");
  demand(config.ipc.socket.size() < 108, "ipc.socket: must be shorter than 108 bytes");
  demand(config.sync.interval >= 1s, "sync.interval: must be 1s or more");
  demand(config.sync.full_interval >= config.sync.interval,
         "sync.full_interval: must not be shorter than sync.interval");
  demand(config.outbox.retry_min >= 100ms && config.outbox.retry_min <= config.outbox.retry_max,
         "outbox.retry_min: must be 100ms or more and not longer than outbox.retry_max");
  const auto& links = config.invite.links;
  demand(std::all_of(links.begin(), links.end(),
                     [](const std::string& link) { return link.starts_with("https://"); }),
         "invite.links: must be https:// addresses");
  demand(bool(log::level_named(config.log.level)),
         "log.level: must be \"debug\", \"info\", \"warning\" or \"error\"");
  demand(bool(log::format_named(config.log.format)),
         "log.format: must be \"auto\", \"text\" or \"json\"");
  return faults;
}

}  // namespace icure
