#include "daemon/doctor/line.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>

#include "daemon/base/web_address.h"

namespace icure::doctor {
namespace {

using namespace std::chrono_literals;
using sync::Cause;
using sync::Distrust;
using sync::Probe;

// As the warning of daemon.status: beyond it ages are told wrongly, and certificates fail soon.
constexpr Millis kClockFault = 5min;
constexpr auto kSynchronise = "switch time synchronisation on: timedatectl set-ntp true";

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

Finding of_cause(const std::string& name, Cause cause) {
  const auto words = sync::explain(cause);
  return {name, Outcome::failed, std::string(words.text), std::string(words.hint)};
}

bool is_distrust(Cause cause) {
  return cause == Cause::tls || cause == Cause::clock;
}

Fault distrust_words(const Target& target, Distrust why) {
  const auto of = "the certificate of " + target.host;
  switch (why) {
    case Distrust::expired:
      return {of + " has expired",
              "compare `date` with the real time; if this machine's clock is right, tell the "
              "support of that server"};
    case Distrust::not_yet_valid:
      return {of + " is not valid yet by this machine's clock",
              "set the clock right: timedatectl set-ntp true"};
    case Distrust::unknown_issuer:
      return {of + " was issued by somebody whom this machine does not trust",
              "update ca-certificates; if the clinic's proxy opens TLS, name its certificate in "
              "[platform] ca_file"};
    case Distrust::wrong_name:
      return {of + " is made out to another name", "check the host in the configured url"};
    case Distrust::bad_ca_file:
      return {"[platform] ca_file is not there, or holds no certificate",
              "name a PEM file that the daemon may read, or remove the setting"};
    case Distrust::none:
    case Distrust::other:
      break;
  }
  return {"no secure connection comes about with " + target.host,
          "check that its url is https at the right port; openssl s_client -connect tells more"};
}

std::string seconds_words(Millis span) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(span)).count();
  return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

/// Of an answer that came.
Cause cause_of(const Probe& probe) {
  if (probe.status == 511 || (probe.html && probe.status < 500)) return Cause::captive_portal;
  if (probe.status >= 500) return Cause::server;
  if (probe.status == 407) return Cause::proxy;
  if (probe.status == 429) return Cause::rate_limited;
  if (probe.status == 404) return Cause::wrong_url;
  return probe.status >= 300 && probe.status < 400 ? Cause::captive_portal : Cause::none;
}

}  // namespace

Target target_of(const std::string& url, const std::string& proxy) {
  const auto address = parse_web_address(url);
  if (!address) return {};
  return {address->host, address->scheme == "https", !proxy.empty()};
}

WhyNot why_not_resolve(const Target& target) {
  if (target.proxied) return "the proxy resolves names";
  if (is_address(target.host)) return target.host + " is an address, there is no name to resolve";
  return {};
}

Finding check_dns(const Target& target, int failure) {
  if (failure == 0) return {"dns", Outcome::ok, target.host + " can be resolved"};
  if (failure == EAI_NONAME || failure == EAI_NODATA) {
    return {"dns", Outcome::failed, "no name server knows " + target.host,
            "check [platform] url, and the DNS server of this machine (/etc/resolv.conf)"};
  }
  return {"dns", Outcome::failed,
          target.host + " cannot be resolved: " + std::string(::gai_strerror(failure)),
          "check the DNS server of this machine (/etc/resolv.conf) and the network"};
}

Finding check_tls(const Target& target, const Probe& probe) {
  if (!target.tls) {
    return {"tls", Outcome::skipped, "the platform is on this machine, and speaks without TLS"};
  }
  if (is_distrust(probe.cause)) {
    const auto words = distrust_words(target, probe.distrust);
    return {"tls", Outcome::failed, words.text, words.remedy};
  }
  if (probe.cause != Cause::none) return {"tls", Outcome::skipped, "there is no connection"};
  return {"tls", Outcome::ok, "the certificate of " + target.host + " can be trusted"};
}

Finding check_platform(const Probe& probe) {
  if (is_distrust(probe.cause)) {
    return {"platform", Outcome::skipped, "it cannot be asked without a secure connection"};
  }
  const auto cause = probe.cause == Cause::none ? cause_of(probe) : probe.cause;
  if (cause != Cause::none) return of_cause("platform", cause);
  return {"platform", Outcome::ok, "the platform answers"};
}

Finding check_clock(std::optional<Millis> ahead, std::optional<bool> synchronised) {
  if (ahead && std::chrono::abs(*ahead) >= kClockFault) {
    return {"clock", Outcome::failed,
            "this machine's clock is " + seconds_words(*ahead) +
                (*ahead > 0ms ? " behind" : " ahead of") + " the platform's",
            kSynchronise};
  }
  const auto off = ahead ? seconds_words(*ahead) + " off the platform's"
                         : std::string("not compared with the platform's");
  if (synchronised == false) {
    return {"clock", Outcome::warning, off + "; nothing synchronises it", kSynchronise};
  }
  if (!synchronised && !ahead) return {"clock", Outcome::skipped, off};
  return {"clock", Outcome::ok, off + (synchronised ? ", and synchronised" : "")};
}

Finding check_login(const sync::Answer<Done>& login) {
  if (login) return {"login", Outcome::ok, "the platform takes the daemon's login"};
  const auto& fault = login.error();
  auto finding = of_cause("login", fault.cause);
  if (fault.cause == Cause::password) {
    finding.result = "the daemon's password cannot be read: " + fault.message;
    finding.remedy =
        "name its file in [platform] password_file, or hand it over as the credential "
        "platform-password";
  }
  return finding;
}

Finding check_gateway(const Target& target, const Probe& probe) {
  if (is_distrust(probe.cause)) {
    const auto words = distrust_words(target, probe.distrust);
    return {"gateway", Outcome::failed, words.text, words.remedy};
  }
  if (probe.cause != Cause::none) {
    return {"gateway", Outcome::failed,
            "the message gateway cannot be reached (" + std::string(word_of(probe.cause)) + ")",
            "check [gateway] url, the firewall and the line; invitations wait meanwhile"};
  }
  const auto status = std::to_string(probe.status);
  if (probe.status >= 500) {
    return {"gateway", Outcome::failed,
            "the message gateway has a fault (it answers " + status + ")",
            "wait, or ask the gateway's support; invitations wait meanwhile"};
  }
  if (probe.html || (probe.status >= 300 && probe.status < 400)) {
    return {"gateway", Outcome::failed, "somebody else answers in the message gateway's place",
            "check [gateway] url, and whether this network wants you to sign in"};
  }
  return {"gateway", Outcome::ok, "the message gateway answers"};
}

}  // namespace icure::doctor
