#include "sync/write/link.h"

#include <algorithm>

namespace icure::sync::write {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kLongestLink = 2000;  ///< What every browser and mail program takes.

bool is_plain(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\"'<>\\^`{|}").find(c) == std::string_view::npos;
}

/// Host and port: what stands between the scheme and the path.
std::string_view authority_of(std::string_view link) {
  link.remove_prefix(kScheme.size());
  return link.substr(0, link.find_first_of("/?#"));
}

bool is_below(std::string_view link, std::string_view prefix) {
  if (!prefix.starts_with(kScheme) || !link.starts_with(prefix)) return false;
  return authority_of(prefix) == authority_of(link);
}

}  // namespace

Result<Done> check_link(std::string_view link, std::span<const std::string> allowed) {
  if (!link.starts_with(kScheme)) {
    return Error{Code::invalid, "the link does not begin with https://", "give an https link"};
  }
  const auto host = authority_of(link);
  if (host.empty() || host.front() == ':' || host.find('@') != host.npos ||
      link.size() > kLongestLink || !std::all_of(link.begin(), link.end(), is_plain)) {
    return Error{Code::invalid, "the link is not a web address that can be sent",
                 "give https://HOST/PATH in plain ASCII, without a user name, at most 2,000 "
                 "characters; write other characters as %XX"};
  }
  if (allowed.empty()) return Done{};
  const auto path = link.substr(0, link.find_first_of("?#"));
  const bool climbs = path.find("/..") != path.npos || path.find("%2e") != path.npos ||
                      path.find("%2E") != path.npos;
  const auto is_above = [link](const std::string& prefix) { return is_below(link, prefix); };
  if (climbs || std::none_of(allowed.begin(), allowed.end(), is_above)) {
    return Error{Code::invalid,
                 "the link leads outside of the addresses that [invite] links allows",
                 "give a link that begins with one of them, or add its beginning there"};
  }
  return Done{};
}

}  // namespace icure::sync::write
