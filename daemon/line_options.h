// What the configuration says of the lines out of this machine: how a server is asked, and as whom.
#pragma once
#include <string>

#include "daemon/config.h"
#include "sync/platform/easy.h"
#include "sync/session.h"

namespace icure {

/// Of a server at `url`, the platform or the gateway: it is reached as [platform] says.
sync::CurlOptions line_options(std::string url, const PlatformConfig& platform);
/// Of the platform itself.
sync::CurlOptions line_options(const PlatformConfig& platform);

/// The daemon's own; the password is read anew at each login.
sync::Login login_of(const PlatformConfig& platform);

}  // namespace icure
