// The parts of a platform's address that decide whether it may be used.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace icure {

struct WebAddress {
  std::string scheme;  ///< "http" or "https".
  std::string host;    ///< In lower case; an IPv6 address without its brackets.
};

/// Nothing unless `url` is http(s)://HOST[:PORT][/PATH], without user, query or fragment.
std::optional<WebAddress> parse_web_address(std::string_view url);

/// Whether the host is this machine itself: localhost, 127.0.0.0/8 or ::1.
bool is_loopback(const WebAddress& address);

}  // namespace icure
