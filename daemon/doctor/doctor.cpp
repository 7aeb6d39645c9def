#include "daemon/doctor/doctor.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "daemon/doctor/ask.h"
#include "daemon/doctor/disk.h"
#include "daemon/doctor/libraries.h"
#include "daemon/doctor/rights.h"
#include "daemon/doctor/store_key.h"
#include "store/sqlite_version.h"

namespace icure::doctor {
namespace {

// Where systemd keeps what it hands to the service, and where a plain file of it may be. An
// encrypted one (store-key.cred) is opened by systemd alone.
constexpr std::array<const char*, 2> kCredentials = {"/run/credentials/icure-syncd.service",
                                                     "/etc/icure-syncd/credentials"};

/// A person's shell has no credentials, but may be allowed to look at the service's.
void find_credentials() {
  if (std::getenv("CREDENTIALS_DIRECTORY")) return;
  for (const auto* directory : kCredentials) {
    if (::access((std::string(directory) + "/store-key").c_str(), R_OK) != 0) continue;
    ::setenv("CREDENTIALS_DIRECTORY", directory, 0);
    return;
  }
}

Finding check_config(const std::string& file, const std::vector<std::string>& lines) {
  std::vector<Fault> faults;
  faults.reserve(lines.size());
  for (const auto& line : lines) {
    faults.push_back(
        {line, "correct that line; the settings are explained in config.example.toml"});
  }
  return finding_of("config", std::move(faults), file + " is valid");
}

Places places_of(const Config& config, const std::string& config_file) {
  Places places{config_file, config.store.directory, {}, {}};
  for (const auto& [file, credential] :
       {std::pair(config.store.key_file, "store-key"),
        std::pair(config.platform.password_file, "platform-password")}) {
    const auto place = place_of_secret(file, credential);
    if (!place.empty()) (file.empty() ? places.credentials : places.secrets).push_back(place);
  }
  return places;
}

Finding skipped(const std::string& name, const std::string& why) {
  return {name, Outcome::skipped, why};
}

/// The checks that need the network, one after another: each stands on the one before.
class LineChecks {
 public:
  LineChecks(const Config& config, std::vector<Finding>& findings)
      : config_(config),
        target_(target_of(config.platform.url, config.platform.proxy)),
        findings_(findings) {}

  void run() {
    const auto broken = dns();
    if (broken.empty()) {
      ask_platform();
    } else {
      findings_.push_back(check_clock(std::nullopt, clock_is_synchronised()));
      for (const auto* name : {"tls", "platform", "login"})
        findings_.push_back(skipped(name, broken));
    }
    gateway();
  }

 private:
  /// Why the platform need not be asked; empty: it is.
  WhyNot dns() {
    auto why_not = why_not_resolve(target_);
    findings_.push_back(why_not.empty() ? check_dns(target_, resolve(target_.host))
                                        : skipped("dns", why_not));
    const bool failed = findings_.back().outcome == Outcome::failed;
    return failed ? "the platform's name cannot be resolved" : "";
  }

  void ask_platform() {
    const auto probe = probe_platform(config_.platform);
    std::optional<Millis> ahead;
    if (probe.date) {
      ahead = *probe.date - std::chrono::floor<Millis>(std::chrono::system_clock::now());
    }
    findings_.push_back(check_clock(ahead, clock_is_synchronised()));
    findings_.push_back(check_tls(target_, probe));
    findings_.push_back(check_platform(probe));
    const bool answers = findings_.back().outcome == Outcome::ok;
    findings_.push_back(answers ? login() : skipped("login", "the platform cannot be asked"));
  }

  Finding login() const {
    const auto& platform = config_.platform;
    const auto place = place_of_secret(platform.password_file, "platform-password");
    if (place.empty()) {
      return skipped("login", "systemd hands the password to the service while that runs");
    }
    if (kept_from_reading(place)) return skipped("login", "this user may not read " + place);
    return check_login(log_in(platform));
  }

  void gateway() {
    if (config_.gateway.url.empty()) {
      return findings_.push_back(skipped("gateway", "none is configured: invitations wait"));
    }
    const auto target = target_of(config_.gateway.url, config_.platform.proxy);
    findings_.push_back(check_gateway(target, probe_gateway(config_)));
  }

  const Config& config_;
  const Target target_;
  std::vector<Finding>& findings_;
};

}  // namespace

std::vector<Finding> examine(const ConfigSources& sources, Reach reach) {
  constexpr std::array<const char*, 6> kOfLine = {"dns",      "clock", "tls",
                                                  "platform", "login", "gateway"};
  std::vector<Finding> findings;
  find_credentials();
  const bool hidden = kept_from_reading(sources.file);
  const auto loaded = load_config(sources);
  findings.push_back(hidden   ? skipped("config", "this user may not read " + sources.file)
                     : loaded ? check_config(sources.file, {})
                              : check_config(sources.file, loaded.error()));
  const Libraries libraries{store::sqlcipher_version(), sync::curl_version_here()};
  findings.push_back(check_libraries(libraries, loaded && loaded->config.sync.live));
  if (!loaded) {
    for (const auto* name : {"rights", "key", "disk"}) {
      findings.push_back(skipped(name, "the configuration says where to look"));
    }
    for (const auto* name : kOfLine) {
      findings.push_back(skipped(name, "the configuration says whom to ask"));
    }
    return findings;
  }
  const auto& config = loaded->config;
  findings.push_back(check_rights(places_of(config, sources.file)));
  findings.push_back(check_key(config.store));
  findings.push_back(check_disk(room_of(config.store.directory)));
  if (reach == Reach::everything) {
    LineChecks(config, findings).run();
    return findings;
  }
  for (const auto* name : kOfLine) {
    findings.push_back(std::string_view(name) == "clock"
                           ? check_clock(std::nullopt, clock_is_synchronised())
                           : skipped(name, "left out: --offline"));
  }
  return findings;
}

}  // namespace icure::doctor
