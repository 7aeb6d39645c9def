// What the command line says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace icure::sandbox {

struct Options {
  std::uint16_t port = 0;
  std::uint16_t gateway_port = 0;
  std::uint16_t control_port = 0;
  std::uint32_t users = 50;
  std::uint32_t hcps = 10;
  std::uint32_t patients = 100;
  std::uint32_t devices = 5;
  std::uint64_t seed = 1;
  std::string login = "daemon@clinic.test";
  std::string password = "sandbox-password";
  std::string otp;
  std::int64_t jwt_seconds = 3600;
  std::int64_t refresh_seconds = 86400;
  std::int64_t elevated_seconds = 300;
  std::int64_t ping_seconds = 5;
  std::string tls_cert;
  std::string tls_key;
  bool cardinal = false;
  bool no_gzip = false;
  bool replay = false;
  bool die_with_parent = false;
};

/// Empty when the program is to end at once, with the code put into `exit_code`.
std::optional<Options> read_options(int argc, char** argv, int& exit_code);

}  // namespace icure::sandbox
