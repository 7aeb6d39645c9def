#include "sync/cause.h"

namespace icure::sync {

std::string_view word_of(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "none";
    case Cause::no_route:
      return "no_route";
    case Cause::dns:
      return "dns";
    case Cause::connect:
      return "connect";
    case Cause::timeout:
      return "timeout";
    case Cause::tls:
      return "tls";
    case Cause::clock:
      return "clock";
    case Cause::proxy:
      return "proxy";
    case Cause::captive_portal:
      return "captive_portal";
    case Cause::auth:
      return "auth";
    case Cause::password:
      return "password";
    case Cause::otp:
      return "otp";
    case Cause::permission:
      return "permission";
    case Cause::rate_limited:
      return "rate_limited";
    case Cause::server:
      return "server";
    case Cause::bad_answer:
      return "bad_answer";
    case Cause::wrong_url:
      return "wrong_url";
    case Cause::oversized:
      return "oversized";
    case Cause::refused:
      return "refused";
    case Cause::paused:
      return "paused";
    case Cause::disk:
      return "disk";
    case Cause::store:
      return "store";
    case Cause::stopping:
      return "stopping";
  }
  return "none";
}

Cause cause_named(std::string_view word) {
  for (int each = 0; each <= static_cast<int>(Cause::stopping); ++each) {
    if (word_of(static_cast<Cause>(each)) == word) return static_cast<Cause>(each);
  }
  return Cause::none;
}

Explanation explain(Cause cause) {
  switch (cause) {
    case Cause::none:
      return {"", ""};
    case Cause::no_route:
      return {"this machine has no network route to the platform",
              "check the network cable, the router and the internet line"};
    case Cause::dns:
      return {"the platform's name cannot be resolved",
              "check the DNS server of this machine and [platform] url"};
    case Cause::connect:
      return {"the platform refuses or drops connections",
              "check the firewall and [platform] url; if both are right, wait"};
    case Cause::timeout:
      return {"the platform does not answer in time", "check the internet line; else wait"};
    case Cause::tls:
      return {"the platform's certificate cannot be trusted",
              "update ca-certificates; if the clinic's proxy opens TLS, name its certificate in "
              "[platform] ca_file"};
    case Cause::clock:
      return {"the platform's certificate is not valid at the time of this machine's clock",
              "compare `date` with the real time and switch time synchronisation on; if the clock "
              "is right, the certificate has expired: tell the platform's support"};
    case Cause::proxy:
      return {"the proxy refuses or cannot be reached", "check [platform] proxy"};
    case Cause::captive_portal:
      return {"somebody else answers in the platform's place, such as a network's login page",
              "open a web page from this network and sign in there, or check [platform] url"};
    case Cause::auth:
      return {"the platform refuses the login of this daemon",
              "check [platform] login and its password, and that the user is active"};
    case Cause::password:
      return {"this daemon's password cannot be read, so that it cannot log in",
              "see the log for which file that is: it must be there, and readable for the daemon"};
    case Cause::otp:
      return {"the login of this daemon needs a one-time code",
              "give the daemon a user without two-factor login, or a token as its password"};
    case Cause::permission:
      return {"the daemon's user may not read this", "give its user the needed role"};
    case Cause::rate_limited:
      return {"the platform asked to wait", "nothing to do: the daemon goes on by itself"};
    case Cause::server:
      return {"the platform has a fault", "nothing to do: the daemon tries again by itself"};
    case Cause::bad_answer:
      return {"the platform's answer was cut off or makes no sense",
              "nothing to do if it passes; else ask the platform's support"};
    case Cause::wrong_url:
      return {"what answers at the platform's address is not the platform",
              "check [platform] url: scheme, host and port, without a path"};
    case Cause::oversized:
      return {"the platform's answer was far larger than what was asked for",
              "ask the platform's support, or lower [platform] page_size"};
    case Cause::refused:
      return {"the platform says that a request of this daemon is wrong",
              "check [mirror] and [platform]; else report it with the log"};
    case Cause::paused:
      return {"the sync was paused by a person", "icurectl sync resume"};
    case Cause::disk:
      return {"the disk is full", "free some space; the daemon goes on by itself"};
    case Cause::store:
      return {"the daemon's own database failed", "see the log; check the disk"};
    case Cause::stopping:
      return {"the daemon is stopping", ""};
  }
  return {"", ""};
}

bool ends_run(Cause cause) {
  switch (cause) {
    case Cause::permission:
    case Cause::bad_answer:
    case Cause::oversized:
    case Cause::refused:
      return false;
    default:
      return true;
  }
}

Error error_of(const Fault& fault) {
  const auto words = explain(fault.cause);
  Error error{Code::offline, std::string(words.text), std::string(words.hint), fault.retry_after};
  if (fault.cause == Cause::disk) error.code = Code::read_only;
  if (fault.cause == Cause::store) error.code = Code::internal;
  if (!ends_run(fault.cause)) error.code = Code::blocked;
  return error;
}

Fault fault_of(const Error& error) {
  switch (error.code) {
    case Code::read_only:
      return Fault{Cause::disk, 0, error.message};
    case Code::cancelled:
      return Fault{Cause::stopping, 0, error.message};
    default:
      return Fault{Cause::store, 0, error.message};
  }
}

}  // namespace icure::sync
