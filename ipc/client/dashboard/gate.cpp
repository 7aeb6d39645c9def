#include "ipc/client/dashboard/gate.h"

#include <openssl/crypto.h>

#include <array>

#include "daemon/base/hex.h"

namespace icure::dashboard {
namespace {

std::string secret(Random& random) {
  std::array<unsigned char, 32> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

/// How long it takes tells nothing about where they differ.
bool same(std::string_view given, std::string_view ours) {
  return given.size() == ours.size() && CRYPTO_memcmp(given.data(), ours.data(), ours.size()) == 0;
}

/// The value of a cookie; empty if there is none.
std::string_view cookie_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    auto pair = header.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
  }
  return {};
}

/// Whether a header that browsers send about a request, if it is there, has this value.
bool is_or_absent(std::string_view value, std::string_view expected) {
  return value.empty() || value == expected;
}

}  // namespace

Gate::Gate(std::uint16_t port, Random& random)
    : port_(std::to_string(port)),
      token_(secret(random)),
      cookie_(secret(random)),
      key_(secret(random)) {}

std::string Gate::link() const {
  return "http://127.0.0.1:" + port_ + "/?token=" + token_;
}

// A name that somebody else's DNS points at this machine is not ours.
std::optional<std::string> Gate::refuses_host(const Request& request) const {
  const auto host = request.header("host");
  if (host == "127.0.0.1:" + port_ || host == "localhost:" + port_) return std::nullopt;
  return "This is 127.0.0.1:" + port_ + ", and answers under no other name.";
}

Answer Gate::admit(const Request& request) {
  if (auto words = refuses_host(request)) return {.status = 403, .body = *std::move(words)};
  std::lock_guard lock(mutex_);
  if (open_ || !same(request.argument("token"), token_)) {
    return {.status = 403,
            .body =
                "This link opens nothing: it works once, and ends with the command that printed "
                "it. Run \"icurectl dashboard\" for a new one."};
  }
  open_ = true;
  // Cookies know no ports, so that any server on this host may be sent ours. The key stands in the
  // fragment, which is sent to nobody; the page keeps it for its own origin.
  return {.status = 303,
          .body = "",
          .headers = {{"Location", "/#" + key_},
                      {"Set-Cookie", "icure-dashboard-" + port_ + "=" + cookie_ +
                                         "; Path=/; HttpOnly; SameSite=Strict"}}};
}

bool Gate::has_session(const Request& request) const {
  std::lock_guard lock(mutex_);
  return open_ && same(cookie_in(request.header("cookie"), "icure-dashboard-" + port_), cookie_);
}

std::optional<std::string> Gate::refuses_page(const Request& request) const {
  if (auto words = refuses_host(request)) return words;
  if (!is_or_absent(request.header("sec-fetch-dest"), "document")) {
    return "This page is shown on its own only.";
  }
  if (has_session(request)) return std::nullopt;
  return "This browser has no session here. Open the link that \"icurectl dashboard\" printed; it "
         "works once.";
}

std::optional<std::string> Gate::refuses_script(const Request& request) const {
  if (auto words = refuses_host(request)) return words;
  const auto origin = request.header("origin");
  const auto ours = "http://" + std::string(request.header("host"));
  const bool from_us = is_or_absent(request.header("sec-fetch-site"), "same-origin") &&
                       (request.method == "POST" ? origin == ours : is_or_absent(origin, ours));
  if (!from_us) return "Only the dashboard's own page may ask this.";
  const auto given =
      request.method == "POST" ? request.header("x-dashboard-key") : request.argument("key");
  if (has_session(request) && same(given, key_)) return std::nullopt;
  return "This needs the session of a page that was opened by the link of \"icurectl dashboard\".";
}

}  // namespace icure::dashboard
