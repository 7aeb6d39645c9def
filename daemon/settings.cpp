#include "daemon/settings.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace icure {
namespace {

using namespace std::string_literals;
using List = std::vector<std::string>;

Error wrong(std::string what) {
  return Error{Code::invalid, std::move(what)};
}

template <class T>
const T* as(const RawValue& value) {
  return std::get_if<T>(&value);
}

// How a raw value becomes a member of each type. An integer's bounds stand in the table.

Result<Done> assign(std::string& target, const RawValue& value) {
  if (const auto* text = as<std::string>(value)) return target = *text, Done{};
  return wrong("must be text in quotes");
}

Result<Done> assign(bool& target, const RawValue& value) {
  if (const auto* flag = as<bool>(value)) return target = *flag, Done{};
  return wrong("must be true or false");
}

Result<Done> assign(Millis& target, const RawValue& value) {
  const auto* text = as<std::string>(value);
  if (!text)
    return wrong("must be a duration in quotes, such as \"90s\", \"15m\", \"24h\" or \"7d\"");
  auto duration = parse_duration(*text);
  if (!duration) return duration.error();
  target = *duration;
  return Done{};
}

Result<Done> assign(List& target, const RawValue& value) {
  if (const auto* list = as<List>(value)) return target = *list, Done{};
  return wrong("must be a list of texts, such as [\"a\", \"b\"]");
}

Result<Done> assign(std::vector<Kind>& target, const RawValue& value) {
  const auto* list = as<List>(value);
  if (!list || list->empty()) return wrong("must be a list of kinds, such as [\"user\", \"hcp\"]");
  target.clear();
  for (const auto& name : *list) {
    const auto kind = kind_named(name);
    if (!kind) return wrong("\"" + name + "\" is no kind: user, hcp, patient or device");
    if (std::find(target.begin(), target.end(), *kind) == target.end()) target.push_back(*kind);
  }
  std::sort(target.begin(), target.end());
  return Done{};
}

Result<Done> assign_mode(unsigned& target, const RawValue& value) {
  const auto* text = as<std::string>(value);
  unsigned mode = 0;
  if (text && text->size() >= 3 && text->size() <= 4) {
    const auto* end = text->data() + text->size();
    if (std::from_chars(text->data(), end, mode, 8).ptr == end && mode <= 0777) {
      target = mode;
      return Done{};
    }
  }
  return wrong("must be a file mode in quotes, such as \"0660\"");
}

template <auto Section, auto Member>
Setting setting(std::string_view section, std::string_view key, RawValue fallback) {
  return {section, key, std::move(fallback), [](Config& config, const RawValue& value) {
            return assign(config.*Section.*Member, value);
          }};
}

template <auto Section, auto Member>
Setting number(std::string_view section, std::string_view key, std::int64_t fallback,
               std::int64_t least, std::int64_t most) {
  return {section, key, fallback,
          [least, most](Config& config, const RawValue& value) -> Result<Done> {
            const auto* given = as<std::int64_t>(value);
            if (given && *given >= least && *given <= most) {
              config.*Section.*Member = *given;
              return Done{};
            }
            return wrong("must be a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
          }};
}

/// As TOML writes it.
std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + '"';
}

std::vector<Setting> make_settings() {
  using C = Config;
  using P = PlatformConfig;
  using O = OutboxConfig;
  using I = InviteConfig;
  using L = LoginConfig;
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  return {
      setting<&C::platform, &P::url>("platform", "url", ""s),
      setting<&C::platform, &P::login>("platform", "login", ""s),
      setting<&C::platform, &P::password_file>("platform", "password_file", ""s),
      setting<&C::platform, &P::group_id>("platform", "group_id", ""s),
      setting<&C::platform, &P::ca_file>("platform", "ca_file", ""s),
      setting<&C::platform, &P::proxy>("platform", "proxy", ""s),
      setting<&C::platform, &P::connect_timeout>("platform", "connect_timeout", "30s"s),
      setting<&C::platform, &P::request_timeout>("platform", "request_timeout", "300s"s),
      number<&C::platform, &P::page_size>("platform", "page_size", 1000, 1, 10000),
      setting<&C::gateway, &GatewayConfig::url>("gateway", "url", ""s),
      setting<&C::gateway, &GatewayConfig::spec_id>("gateway", "spec_id", ""s),
      setting<&C::store, &StoreConfig::directory>("store", "directory", "/var/lib/icure-syncd"s),
      setting<&C::store, &StoreConfig::key_file>("store", "key_file", ""s),
      setting<&C::mirror, &MirrorConfig::kinds>("mirror", "kinds",
                                                List{"user", "hcp", "patient", "device"}),
      setting<&C::mirror, &MirrorConfig::patients_of>("mirror", "patients_of", List{}),
      setting<&C::sync, &SyncConfig::interval>("sync", "interval", "5m"s),
      setting<&C::sync, &SyncConfig::full_interval>("sync", "full_interval", "1h"s),
      setting<&C::sync, &SyncConfig::live>("sync", "live", true),
      number<&C::sync, &SyncConfig::brake_percent>("sync", "brake_percent", 5, 0, 100),
      number<&C::sync, &SyncConfig::brake_count>("sync", "brake_count", 20, 0, 1'000'000'000),
      setting<&C::outbox, &O::warn_after>("outbox", "warn_after", "4h"s),
      setting<&C::outbox, &O::give_up_after>("outbox", "give_up_after", "7d"s),
      setting<&C::outbox, &O::retry_min>("outbox", "retry_min", "2s"s),
      setting<&C::outbox, &O::retry_max>("outbox", "retry_max", "15m"s),
      number<&C::outbox, &O::parallel>("outbox", "parallel", 4, 1, 64),
      number<&C::outbox, &O::max_items>("outbox", "max_items", 100'000, 1, 10'000'000),
      setting<&C::outbox, &O::token_validity>("outbox", "token_validity", "48h"s),
      setting<&C::invite, &I::country_code>("invite", "country_code", ""s),
      setting<&C::invite, &I::trunk_prefix>("invite", "trunk_prefix", "0"s),
      setting<&C::invite, &I::language>("invite", "language", "en"s),
      setting<&C::invite, &I::templates>("invite", "templates", "/etc/icure-syncd/templates"s),
      setting<&C::invite, &I::sms>("invite", "sms", false),
      number<&C::invite, &I::per_day>("invite", "per_day", 500, 0, 1'000'000),
      setting<&C::invite, &I::links>("invite", "links", List{}),
      setting<&C::login, &L::offline>("login", "offline", true),
      setting<&C::login, &L::offline_without_otp>("login", "offline_without_otp", false),
      setting<&C::login, &L::offline_max_age>("login", "offline_max_age", "3d"s),
      setting<&C::login, &L::privilege_max_age>("login", "privilege_max_age", "12h"s),
      number<&C::login, &L::max_failures>("login", "max_failures", 5, 1, 1000),
      setting<&C::login, &L::lockout>("login", "lockout", "15m"s),
      setting<&C::login, &L::session_idle>("login", "session_idle", "12h"s),
      setting<&C::ipc, &IpcConfig::socket>("ipc", "socket", "/run/icure-syncd/api.sock"s),
      {"ipc", "mode", "0660"s,
       [](Config& config, const RawValue& v) { return assign_mode(config.ipc.mode, v); }},
      setting<&C::ipc, &IpcConfig::group>("ipc", "group", ""s),
      number<&C::ipc, &IpcConfig::max_message>("ipc", "max_message", 4 * kMiB, 1024, 256 * kMiB),
      number<&C::ipc, &IpcConfig::max_clients>("ipc", "max_clients", 256, 5, 100'000),
      setting<&C::log, &LogConfig::level>("log", "level", "info"s),
      setting<&C::log, &LogConfig::format>("log", "format", "auto"s),
      setting<&C::audit, &AuditConfig::reads>("audit", "reads", true),
      setting<&C::audit, &AuditConfig::keep>("audit", "keep", "365d"s),
  };
}

}  // namespace

std::span<const Setting> settings() {
  static const auto table = make_settings();
  return table;
}

const Setting* find_setting(std::string_view section, std::string_view key) {
  for (const auto& each : settings()) {
    if (each.section == section && each.key == key) return &each;
  }
  return nullptr;
}

Result<RawValue> from_text(const Setting& setting, const std::string& text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return wrong("must be UTF-8");
  if (as<bool>(setting.fallback)) {
    if (text == "true") return RawValue(true);
    if (text == "false") return RawValue(false);
    return wrong("must be true or false");
  }
  if (as<std::int64_t>(setting.fallback)) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return wrong("must be a whole number");
    return RawValue(value);
  }
  if (as<List>(setting.fallback)) {  // separated by commas
    List list;
    for (std::size_t at = 0; at < text.size();) {
      const auto comma = std::min(text.find(',', at), text.size());
      if (comma > at) list.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    return RawValue(list);
  }
  return RawValue(text);
}

std::string to_text(const RawValue& value) {
  if (const auto* flag = as<bool>(value)) return *flag ? "true" : "false";
  if (const auto* whole = as<std::int64_t>(value)) return std::to_string(*whole);
  if (const auto* list = as<List>(value)) {
    std::string text;
    for (const auto& each : *list) text += (text.empty() ? "" : ", ") + toml_string(each);
    return "[" + text + "]";
  }
  return toml_string(*as<std::string>(value));
}

std::string shown_text(const Setting& setting, const RawValue& value) {
  const auto* text = as<std::string>(value);
  if (setting.key != "proxy" || !text) return to_text(value);
  // [scheme://][user:password@]host: whatever stands before the last @ of the host's part.
  const auto scheme = text->find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = text->rfind('@', text->find('/', begin));
  if (at == std::string::npos || at < begin) return to_text(value);
  return toml_string(text->substr(0, begin) + "***" + text->substr(at));
}

}  // namespace icure
