#include "sync/platform/probe.h"

#include <openssl/x509_vfy.h>

namespace icure::sync {
namespace {

std::size_t throw_away(char*, std::size_t, std::size_t count, void*) {
  return count;
}

std::string header(CURL* easy, const char* name) {
  ::curl_header* found = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

Distrust distrust_of(long tls_verdict) {
  switch (tls_verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Distrust::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Distrust::not_yet_valid;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return Distrust::unknown_issuer;
    // OpenSSL is content, but curl, which compares the name itself, is not; it has not noted
    // OpenSSL's verdict by then, and begins with this one.
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Distrust::wrong_name;
    default:
      return Distrust::other;
  }
}

Distrust distrust_of(CURL* easy, CURLcode verdict) {
  if (verdict == CURLE_SSL_CACERT_BADFILE) return Distrust::bad_ca_file;
  if (verdict != CURLE_PEER_FAILED_VERIFICATION) return Distrust::other;
  long tls_verdict = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &tls_verdict);
  return distrust_of(tls_verdict);
}

}  // namespace

Probe probe(const CurlOptions& options, const std::string& target, Millis timeout) {
  Easy easy(options);
  easy.set(CURLOPT_URL, (options.base_url + target).c_str());
  easy.set(CURLOPT_PROTOCOLS_STR, "http,https");
  easy.set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  easy.set(CURLOPT_WRITEFUNCTION, &throw_away);
  easy.add_header("Accept", "application/json");
  easy.add_header("X-Bypass-Session", "1");
  easy.use_headers();
  const auto verdict = curl_easy_perform(easy.get());
  Probe found;
  if (verdict != CURLE_OK) {
    found.cause = easy.fault(verdict).cause;
    if (found.cause == Cause::tls || found.cause == Cause::clock) {
      found.distrust = distrust_of(easy.get(), verdict);
    }
    return found;
  }
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  found.status = static_cast<int>(status);
  found.html = header(easy.get(), "Content-Type").starts_with("text/html");
  found.date = parse_http_date(header(easy.get(), "Date"));
  return found;
}

std::string curl_version_here() {
  return curl_version_info(CURLVERSION_NOW)->version;
}

}  // namespace icure::sync
