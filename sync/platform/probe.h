// One request that is about the way there and not about its answer: for who looks for a fault.
#pragma once
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "sync/platform/easy.h"

namespace icure::sync {

/// Why a certificate is not trusted.
enum class Distrust {
  none,
  expired,
  not_yet_valid,
  unknown_issuer,
  wrong_name,
  bad_ca_file,  ///< Ours: it is not there, or no PEM.
  other,        ///< Also: no TLS is spoken there.
};

/// How far a request came.
struct Probe {
  Cause cause = Cause::none;           ///< Of the way there; none: an answer came.
  Distrust distrust = Distrust::none;  ///< If `cause` is tls or clock.
  int status = 0;                      ///< Of HTTP; 0: no answer.
  bool html = false;                   ///< A web page answered.
  std::optional<WallTime> date;        ///< The server's clock.
};

/// `GET` of `target`, on a new connection and without a login, as CurlHttp would send it. Blocks
/// until it is done, `timeout` at most. The body is thrown away.
Probe probe(const CurlOptions& options, const std::string& target, Millis timeout);

/// The libcurl that this process runs with, such as "8.14.1".
std::string curl_version_here();

}  // namespace icure::sync
