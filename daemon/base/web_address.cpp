#include "daemon/base/web_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace icure {
namespace {

/// Nothing, or a colon and a number that a port can have.
bool is_port(std::string_view text) {
  if (text.empty()) return true;
  std::uint16_t port = 0;
  const auto [rest, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  return text[0] == ':' && error == std::errc() && rest == text.data() + text.size() && port != 0;
}

}  // namespace

std::optional<WebAddress> parse_web_address(std::string_view url) {
  WebAddress address;
  for (const std::string_view scheme : {"https", "http"}) {
    if (!url.starts_with(scheme) || !url.substr(scheme.size()).starts_with("://")) continue;
    address.scheme = scheme;
    url.remove_prefix(scheme.size() + 3);
    break;
  }
  if (address.scheme.empty() || url.find_first_of("?#@ \\") != std::string_view::npos) return {};
  auto authority = url.substr(0, url.find('/'));
  const bool brackets = authority.starts_with('[');
  const auto end = brackets ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == std::string_view::npos) return {};
  const auto host = authority.substr(brackets ? 1 : 0, brackets ? end - 1 : end);
  const auto port = authority.substr(end + (brackets ? 1 : 0));
  if (host.empty() || !is_port(port)) return {};
  std::transform(host.begin(), host.end(), std::back_inserter(address.host), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return address;
}

bool is_loopback(const WebAddress& address) {
  if (address.host == "localhost" || address.host == "::1") return true;
  in_addr ip{};
  return inet_pton(AF_INET, address.host.c_str(), &ip) == 1 && (ntohl(ip.s_addr) >> 24) == 127;
}

}  // namespace icure
