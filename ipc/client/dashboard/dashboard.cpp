#include "ipc/client/dashboard/dashboard.h"

#include <array>

#include "daemon/base/hex.h"
#include "ipc/client/dashboard/calls.h"
#include "ipc/client/dashboard/feed.h"
#include "ipc/client/dashboard/page.h"

namespace icure::dashboard {
namespace {

constexpr std::string_view kNonceMark = "@NONCE@";

Answer refusal(std::string words) {
  return {.status = 403, .body = std::move(words)};
}

}  // namespace

Dashboard::Dashboard(client::Options daemon, Gate& gate, Activity& activity, Random& random)
    : daemon_(std::move(daemon)), gate_(gate), activity_(activity), random_(random) {}

Answer Dashboard::answer(const Request& request) {
  auto answer = answer_to(request);
  if (answer.status < 400) activity_.touch();  // who is refused does not keep it open
  answer.headers.emplace_back("Cache-Control", "no-store");
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  answer.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  answer.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  return answer;
}

Answer Dashboard::answer_to(const Request& request) {
  const bool gets = request.method == "GET";
  if (gets && request.path == "/") {
    if (!request.argument("token").empty()) return gate_.admit(request);
    if (auto words = gate_.refuses_page(request)) return refusal(*std::move(words));
    return page();
  }
  if (auto words = gate_.refuses_script(request)) return refusal(*std::move(words));
  if (gets && request.path == "/events") {
    Answer answer;
    answer.type = "text/event-stream";
    answer.stream = std::make_unique<Feed>(daemon_, activity_);
    return answer;
  }
  if (request.too_long) return refusal("This is too much.");
  if (request.method == "POST" && request.path == "/call") return pass_on(daemon_, request.body);
  return refusal("There is nothing here.");
}

Answer Dashboard::page() {
  std::array<unsigned char, 16> bytes{};
  random_.fill(bytes);
  const auto nonce = to_hex(bytes);
  std::string text;
  std::string_view rest = kPage;
  for (auto at = rest.find(kNonceMark); at != std::string_view::npos; at = rest.find(kNonceMark)) {
    text.append(rest.substr(0, at)).append(nonce);
    rest.remove_prefix(at + kNonceMark.size());
  }
  text.append(rest);
  const auto policy = "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" +
                      nonce +
                      "'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'; require-trusted-types-for 'script'";
  return {.type = "text/html; charset=utf-8",
          .body = std::move(text),
          .headers = {{"Content-Security-Policy", policy}}};
}

}  // namespace icure::dashboard
