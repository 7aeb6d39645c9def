#include "sync/platform/exchange.h"

#include <algorithm>
#include <charconv>

#include "daemon/base/web_address.h"

namespace icure::sync {
namespace {

constexpr long kReadBuffer = 32L << 10;  // the default is half of that, and slower for whole pages
// A fast platform fills the socket as quickly as it is emptied: curl would read all of a page at
// once, and whoever asks the daemon something would wait for that.
constexpr std::size_t kMostInARow = 64U << 10;

bool to_this_machine(const std::string& url) {
  const auto address = parse_web_address(url);
  return address && is_loopback(*address);
}

/// RFC 9110: seconds or a date.
std::optional<Millis> retry_after(const std::string& value, WallTime now) {
  if (value.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const auto* end = value.data() + value.size();
  if (std::from_chars(value.data(), end, seconds).ptr == end && seconds >= 0) {
    return std::chrono::seconds(std::min<std::int64_t>(seconds, 86'400));
  }
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(*date - now, Millis(0));
}

}  // namespace

Exchange::Exchange(uv_loop_t& loop, const CurlOptions& options, const HttpRequest& request)
    : request_(request), easy_(options), rest_(loop) {
  const auto set = [this](CURLoption option, auto value) { easy_.set(option, value); };
  const auto url = options.base_url + request.target;
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_TIMEOUT_MS,
      static_cast<long>(request.timeout.value_or(options.request_timeout).count()));
  set(CURLOPT_BUFFERSIZE, kReadBuffer);
  // Inflating costs more than a loopback connection saves.
  if (!to_this_machine(options.base_url)) set(CURLOPT_ACCEPT_ENCODING, "gzip");
  // curl repeats a request, a POST as well, if a connection that was used before ends without a
  // byte of an answer: it takes that for a connection that had died of age. A new one is not
  // repeated.
  if (request.once) {
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));

  easy_.add_header("Accept", "application/json");
  easy_.add_header("X-Bypass-Session", "1");  // platform: else each request makes an HTTP session
  if (!request.bearer.empty()) easy_.add_header("Authorization: Bearer", request.bearer.reveal());
  if (!request.basic.empty()) easy_.add_header("Authorization: Basic", request.basic.reveal());
  if (!request.new_token.empty()) easy_.add_header("token", request.new_token.reveal());
  if (!request.refresh_token.empty())
    easy_.add_header("Refresh-Token", request.refresh_token.reveal());
  if (request.method != "GET") {
    easy_.add_header("Content-Type", "application/json");
    easy_.add_header("Expect", "");
    const auto body =
        request.secret_body.empty() ? std::string_view(request.body) : request.secret_body.reveal();
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());  // not copied: request outlives us
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  easy_.use_headers();
}

Exchange::~Exchange() {
  if (request_.sink) request_.sink->wait_for_room(nullptr);
}

std::string Exchange::header(const char* name) {
  ::curl_header* found = nullptr;
  if (curl_easy_header(easy(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

/// Growing piece by piece would copy a large body several times over.
void Exchange::make_room() {
  curl_off_t length = -1;  // as sent: what is inflated needs more, and then grows
  curl_easy_getinfo(easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0) body_.reserve(std::min(static_cast<std::size_t>(length), request_.max_body));
}

std::size_t Exchange::take(std::string_view piece) {
  // Counted after inflating, so that a small archive of a huge text is caught as well.
  if (received_ + piece.size() > request_.max_body) {
    oversized_ = true;
    return 0;
  }
  if (in_a_row_ >= kMostInARow) {
    in_a_row_ = 0;
    rest_.start(Millis(0), [this] { curl_easy_pause(easy(), CURLPAUSE_CONT); });
    return CURL_WRITEFUNC_PAUSE;
  }
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  if (!request_.sink || status != 200) {
    if (body_.empty()) make_room();
    body_.append(piece);
  } else {
    switch (request_.sink->take(piece)) {
      case BodySink::Taken::all:
        break;
      case BodySink::Taken::later:
        request_.sink->wait_for_room([this] { curl_easy_pause(easy(), CURLPAUSE_CONT); });
        return CURL_WRITEFUNC_PAUSE;
      case BodySink::Taken::refused:
        refused_ = true;
        return 0;
    }
  }
  received_ += piece.size();
  in_a_row_ += piece.size();
  return piece.size();
}

std::size_t Exchange::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Exchange*>(self)->take({bytes, count});
}

Answer<HttpReply> Exchange::result(CURLcode verdict, WallTime now) {
  if (oversized_) {
    return Fault{Cause::oversized, 200, "the answer is larger than it can be", {}, true};
  }
  if (refused_) {
    return Fault{Cause::bad_answer, 200, "the answer is not what was asked for", {}, true};
  }
  if (verdict != CURLE_OK) {
    auto fault = easy_.fault(verdict);
    long sent = 0;  // bytes of the request; none before there is a connection
    curl_easy_getinfo(easy(), CURLINFO_REQUEST_SIZE, &sent);
    fault.went_out = sent > 0;
    return fault;
  }
  HttpReply reply;
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  reply.body = std::move(body_);
  reply.html = header("Content-Type").starts_with("text/html");
  reply.date = parse_http_date(header("Date"));
  reply.retry_after = retry_after(header("Retry-After"), reply.date.value_or(now));
  const auto level = header("Icure-Minimum-Required-Auth-Level");
  int number = 0;
  if (std::from_chars(level.data(), level.data() + level.size(), number).ptr != level.data()) {
    reply.required_auth_level = number;
  }
  return reply;
}

}  // namespace icure::sync
