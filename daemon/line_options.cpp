#include "daemon/line_options.h"

#include "daemon/credentials.h"

namespace icure {

sync::CurlOptions line_options(std::string url, const PlatformConfig& platform) {
  while (url.ends_with('/')) url.pop_back();
  return {std::move(url), platform.ca_file, platform.proxy, platform.connect_timeout,
          platform.request_timeout};
}

sync::CurlOptions line_options(const PlatformConfig& platform) {
  return line_options(platform.url, platform);
}

sync::Login login_of(const PlatformConfig& platform) {
  return {platform.login, platform.group_id,
          [file = platform.password_file] { return read_secret(file, "platform-password"); }};
}

}  // namespace icure
