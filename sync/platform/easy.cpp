#include "sync/platform/easy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace icure::sync {
namespace {

// A connection whose other end vanished (a cable, a router's table) dies after so long: with HTTP/2
// the next requests would else be sent into it for a quarter of an hour.
constexpr int kDeadAfterMs = 30'000;
constexpr long kIdleBeforeKeepalive = 20L;  // seconds

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

}  // namespace

Easy::Easy(const CurlOptions& options) : options_(options), easy_(curl_easy_init()) {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, options.proxy.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, kIdleBeforeKeepalive);
  set(CURLOPT_TCP_KEEPINTVL, kIdleBeforeKeepalive / 2);
  set(CURLOPT_SOCKOPTFUNCTION, &on_socket);
  set(CURLOPT_SSL_CTX_FUNCTION, &on_tls);
  set(CURLOPT_SSL_CTX_DATA, static_cast<const void*>(&options.ca_file));
}

Easy::~Easy() {
  for (auto* each = headers_; each; each = each->next) {
    OPENSSL_cleanse(each->data, std::char_traits<char>::length(each->data));
  }
  curl_slist_free_all(headers_);
}

void Easy::add_header(std::string_view name, std::string_view value) {
  std::string line(name);
  line += name.find(':') == std::string_view::npos ? ": " : " ";
  line += value;
  headers_ = curl_slist_append(headers_, line.c_str());
  OPENSSL_cleanse(line.data(), line.size());
}

int Easy::on_socket(void*, curl_socket_t socket, curlsocktype) {
  // A kernel that refuses leaves the request's own timeout.
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kDeadAfterMs, sizeof kDeadAfterMs);
  return CURL_SOCKOPT_OK;
}

CURLcode Easy::on_tls(CURL*, void* context, void* ca_file) {
  const auto& file = *static_cast<const std::string*>(ca_file);
  if (file.empty()) return CURLE_OK;
  const bool loaded =
      SSL_CTX_load_verify_locations(static_cast<SSL_CTX*>(context), file.c_str(), nullptr) == 1;
  return loaded ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

Fault Easy::fault(CURLcode verdict) const {
  Failure failure{verdict};
  failure.proxied = !options_.proxy.empty();
  curl_easy_getinfo(get(), CURLINFO_OS_ERRNO, &failure.os_errno);
  curl_easy_getinfo(get(), CURLINFO_SSL_VERIFYRESULT, &failure.tls_verdict);
  curl_easy_getinfo(get(), CURLINFO_HTTP_CONNECTCODE, &failure.connect_status);
  return Fault{cause_of(failure), 0, curl_easy_strerror(verdict)};
}

}  // namespace icure::sync
