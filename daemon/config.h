// The configuration: every key of config.example.toml as a typed value. Knows nothing of where it
// comes from (config_file.h) or what is made of it (app.h).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"

namespace icure {

struct PlatformConfig {
  std::string url;
  std::string login;
  std::string password_file;
  std::string group_id;
  std::string ca_file;
  std::string proxy;
  Millis connect_timeout{};
  Millis request_timeout{};
  std::int64_t page_size = 0;
};

struct GatewayConfig {
  std::string url;
  std::string spec_id;
};

struct StoreConfig {
  std::string directory;
  std::string key_file;
};

struct MirrorConfig {
  std::vector<Kind> kinds;
  std::vector<std::string> patients_of;
};

struct SyncConfig {
  Millis interval{};
  Millis full_interval{};
  bool live = false;
  std::int64_t brake_percent = 0;
  std::int64_t brake_count = 0;
};

struct OutboxConfig {
  Millis warn_after{};
  Millis give_up_after{};
  Millis retry_min{};
  Millis retry_max{};
  std::int64_t parallel = 0;
  std::int64_t max_items = 0;
  Millis token_validity{};
};

struct InviteConfig {
  std::string country_code;
  std::string trunk_prefix;
  std::string language;
  std::string templates;
  bool sms = false;
  std::int64_t per_day = 0;
  std::vector<std::string> links;
};

struct LoginConfig {
  bool offline = false;
  bool offline_without_otp = false;
  Millis offline_max_age{};
  Millis privilege_max_age{};
  std::int64_t max_failures = 0;
  Millis lockout{};
  Millis session_idle{};
};

struct IpcConfig {
  std::string socket;
  unsigned mode = 0;
  std::string group;
  std::int64_t max_message = 0;  ///< Bytes.
  std::int64_t max_clients = 0;
};

/// One `[[access]]` table, names resolved by daemon/access_rules.h.
struct AccessConfig {
  std::string user;   ///< Name or number; empty: by group.
  std::string group;  ///< Name or number; empty: by user.
  std::string role;
  std::optional<std::vector<Kind>> kinds;  ///< Absent: all.
  std::map<Kind, std::vector<std::string>> fields;
  bool decrypted = false;
};

struct LogConfig {
  std::string level;
  std::string format;
};

struct AuditConfig {
  bool reads = false;
  Millis keep{};
};

struct Config {
  PlatformConfig platform;
  GatewayConfig gateway;
  StoreConfig store;
  MirrorConfig mirror;
  SyncConfig sync;
  OutboxConfig outbox;
  InviteConfig invite;
  LoginConfig login;
  IpcConfig ipc;
  std::vector<AccessConfig> access;
  LogConfig log;
  AuditConfig audit;
};

/// "90s", "15m", "24h", "7d"; also "250ms". Fails with invalid.
Result<Millis> parse_duration(const std::string& text);

/// What is wrong between the values, a line each, such as "platform.url: ...". Empty: nothing.
std::vector<std::string> faults_of(const Config& config);

}  // namespace icure
