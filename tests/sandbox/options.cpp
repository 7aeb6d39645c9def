#include "tests/sandbox/options.h"

#include <CLI/CLI.hpp>

namespace icure::sandbox {

std::optional<Options> read_options(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app("A stand-in for the iCure platform and its message gateway, on loopback only.");
  app.add_option("--port", options.port, "port of the platform; 0 picks one")
      ->capture_default_str();
  app.add_option("--gateway-port", options.gateway_port, "port of the message gateway");
  app.add_option("--control-port", options.control_port, "port of the control interface");
  app.add_option("--users", options.users)->capture_default_str()->check(CLI::Range(2, 10'000'000));
  app.add_option("--hcps", options.hcps)->capture_default_str()->check(CLI::Range(3, 10'000'000));
  app.add_option("--patients", options.patients)
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000'000));
  app.add_option("--devices", options.devices)
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000'000));
  app.add_option("--seed", options.seed, "other seeds give other people")->capture_default_str();
  app.add_option("--login", options.login, "the daemon's own login")->capture_default_str();
  app.add_option("--password", options.password)->capture_default_str();
  app.add_option("--otp", options.otp, "second factor that the daemon's own login must give");
  app.add_option("--jwt-seconds", options.jwt_seconds)->capture_default_str();
  app.add_option("--refresh-seconds", options.refresh_seconds)->capture_default_str();
  app.add_option("--elevated-seconds", options.elevated_seconds,
                 "how long after a login tokens may be made")
      ->capture_default_str();
  app.add_option("--ping-seconds", options.ping_seconds, "between two pings of a websocket")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  auto* cert =
      app.add_option("--tls-cert", options.tls_cert, "PEM file; platform and gateway speak TLS");
  auto* key = app.add_option("--tls-key", options.tls_key);
  cert->needs(key);
  key->needs(cert);
  app.add_flag("--cardinal", options.cardinal,
               "documents with those members only that a client of the Cardinal model knows");
  app.add_flag("--no-gzip", options.no_gzip, "never compress");
  app.add_flag("--replay", options.replay, "make answers once and serve them from memory");
  app.add_flag("--die-with-parent", options.die_with_parent);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error);
    return std::nullopt;
  }
  return options;
}

}  // namespace icure::sandbox
