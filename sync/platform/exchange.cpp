#include "sync/platform/exchange.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>

#include "daemon/base/web_address.h"

namespace icure::sync {
namespace {

// A connection whose other end vanished (a cable, a router's table) dies after so long: with HTTP/2
// the next requests would else be sent into it for a quarter of an hour.
constexpr int kDeadAfterMs = 30'000;
constexpr long kIdleBeforeKeepalive = 20L;  // seconds
constexpr long kReadBuffer = 256L << 10;    // twice as fast as curl's default for whole pages

bool to_this_machine(const std::string& url) {
  const auto address = parse_web_address(url);
  return address && is_loopback(*address);
}

/// The certificate is good but for the time.
bool is_out_of_time(long tls_verdict) {
  return tls_verdict == X509_V_ERR_CERT_NOT_YET_VALID || tls_verdict == X509_V_ERR_CERT_HAS_EXPIRED;
}

/// What curl knows of a transfer that failed.
struct Failure {
  CURLcode verdict;
  long os_errno = 0;
  long tls_verdict = 0;     // of X509_verify_cert
  long connect_status = 0;  // of the proxy, to CONNECT
  bool proxied = false;
};

Cause cause_of(const Failure& failure) {
  const auto os_errno = failure.os_errno;
  if (failure.connect_status >= 300) return Cause::proxy;
  switch (failure.verdict) {
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Cause::proxy;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Cause::dns;
    case CURLE_COULDNT_CONNECT:
      if (os_errno == ENETUNREACH || os_errno == EHOSTUNREACH || os_errno == ENETDOWN) {
        return Cause::no_route;
      }
      return failure.proxied ? Cause::proxy : Cause::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return Cause::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
      return is_out_of_time(failure.tls_verdict) ? Cause::clock : Cause::tls;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
      return Cause::tls;
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Cause::bad_answer;
    case CURLE_ABORTED_BY_CALLBACK:
      return Cause::stopping;
#if LIBCURL_VERSION_NUM >= 0x074900
    case CURLE_PROXY:
      return Cause::proxy;
#endif
    default:
      return Cause::connect;  // refused, reset, or cut off in the middle
  }
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

Exchange::Exchange(const CurlOptions& options, const HttpRequest& request)
    : options_(options), request_(request), easy_(curl_easy_init()) {
  auto* easy = easy_.get();
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  const auto url = options.base_url + request.target;
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, options.proxy.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS,
      static_cast<long>(request.timeout.value_or(options.request_timeout).count()));
  set(CURLOPT_BUFFERSIZE, kReadBuffer);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, kIdleBeforeKeepalive);
  set(CURLOPT_TCP_KEEPINTVL, kIdleBeforeKeepalive / 2);
  set(CURLOPT_SOCKOPTFUNCTION, &on_socket);
  // Inflating costs more than a loopback connection saves.
  if (!to_this_machine(options.base_url)) set(CURLOPT_ACCEPT_ENCODING, "gzip");
  set(CURLOPT_SSL_CTX_FUNCTION, &on_tls);
  set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));

  add_header("Accept", "application/json");
  add_header("X-Bypass-Session", "1");  // platform: else each request makes an HTTP session
  if (!request.bearer.empty()) add_header("Authorization: Bearer", request.bearer.reveal());
  if (!request.basic.empty()) add_header("Authorization: Basic", request.basic.reveal());
  if (!request.new_token.empty()) add_header("token", request.new_token.reveal());
  if (!request.refresh_token.empty()) add_header("Refresh-Token", request.refresh_token.reveal());
  if (request.method != "GET") {
    add_header("Content-Type", "application/json");
    add_header("Expect", "");
    const auto body =
        request.secret_body.empty() ? std::string_view(request.body) : request.secret_body.reveal();
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());  // not copied: request outlives us
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  set(CURLOPT_HTTPHEADER, headers_);
}

Exchange::~Exchange() {
  if (request_.sink) request_.sink->wait_for_room(nullptr);
  for (auto* each = headers_; each; each = each->next) {
    OPENSSL_cleanse(each->data, std::char_traits<char>::length(each->data));
  }
  curl_slist_free_all(headers_);
}

void Exchange::add_header(std::string_view name, std::string_view value) {
  std::string line(name);
  line += name.find(':') == std::string_view::npos ? ": " : " ";
  line += value;
  headers_ = curl_slist_append(headers_, line.c_str());
  OPENSSL_cleanse(line.data(), line.size());
}

std::string Exchange::header(const char* name) {
  ::curl_header* found = nullptr;
  if (curl_easy_header(easy(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

std::size_t Exchange::take(std::string_view piece) {
  // Counted after inflating, so that a small archive of a huge text is caught as well.
  if (received_ + piece.size() > request_.max_body) {
    oversized_ = true;
    return 0;
  }
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  if (!request_.sink || status != 200) {
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
  return piece.size();
}

std::size_t Exchange::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Exchange*>(self)->take({bytes, count});
}

int Exchange::on_socket(void*, curl_socket_t socket, curlsocktype) {
  // A kernel that refuses leaves the request's own timeout.
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kDeadAfterMs, sizeof kDeadAfterMs);
  return CURL_SOCKOPT_OK;
}

CURLcode Exchange::on_tls(CURL*, void* context, void* self) {
  const auto& file = static_cast<Exchange*>(self)->options_.ca_file;
  if (file.empty()) return CURLE_OK;
  const bool loaded =
      SSL_CTX_load_verify_locations(static_cast<SSL_CTX*>(context), file.c_str(), nullptr) == 1;
  return loaded ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

Answer<HttpReply> Exchange::result(CURLcode verdict, WallTime now) {
  if (oversized_) {
    return Fault{Cause::oversized, 200, "the answer is larger than it can be", {}, true};
  }
  if (refused_) {
    return Fault{Cause::bad_answer, 200, "the answer is not what was asked for", {}, true};
  }
  if (verdict != CURLE_OK) {
    Failure failure{verdict};
    failure.proxied = !options_.proxy.empty();
    curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &failure.os_errno);
    curl_easy_getinfo(easy(), CURLINFO_SSL_VERIFYRESULT, &failure.tls_verdict);
    curl_easy_getinfo(easy(), CURLINFO_HTTP_CONNECTCODE, &failure.connect_status);
    Fault fault{cause_of(failure), 0, curl_easy_strerror(verdict)};
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
