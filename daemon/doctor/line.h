// The line to the platform and to the message gateway: what the answers to a few questions mean.
// Pure; ask.h asks.
#pragma once
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/doctor/finding.h"
#include "sync/platform/probe.h"
#include "sync/ports.h"

namespace icure::doctor {

/// The server that a configured URL names.
struct Target {
  std::string host;
  bool tls = false;
  bool proxied = false;
};
Target target_of(const std::string& url, const std::string& proxy);

/// What is not asked is skipped with these words; empty: it is asked.
using WhyNot = std::string;

/// Not asked behind a proxy, which resolves names itself, nor of a host that is an address.
WhyNot why_not_resolve(const Target& target);
/// `failure`: as getaddrinfo() has it; 0: none.
Finding check_dns(const Target& target, int failure);

/// Whether a connection was made that can be trusted.
Finding check_tls(const Target& target, const sync::Probe& probe);

/// Whether the platform answers, and as the platform does. Why it does not is another check's
/// matter if that is the certificate.
Finding check_platform(const sync::Probe& probe);

/// `ahead`: of the platform's clock before ours; absent: not known. `synchronised`: whether the
/// kernel's clock is kept right by somebody; absent: the kernel does not tell.
Finding check_clock(std::optional<Millis> ahead, std::optional<bool> synchronised);

/// What a login with the daemon's own credential came to.
Finding check_login(const sync::Answer<Done>& login);

/// Any answer but a fault of its own is a sign of life.
Finding check_gateway(const Target& target, const sync::Probe& probe);

}  // namespace icure::doctor
