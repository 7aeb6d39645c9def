// What the configuration says, at the start and when it is read again.
#include "daemon/access_rules.h"
#include "daemon/app.h"
#include "daemon/base/notable.h"
#include "daemon/line_options.h"
#include "daemon/notify.h"

namespace icure {
namespace {

sync::LoginOptions login_options(const Config& config) {
  const auto& login = config.login;
  return {config.platform.group_id,
          login.offline,
          login.offline_without_otp,
          login.offline_max_age,
          login.privilege_max_age,
          login.session_idle,
          {login.max_failures, login.lockout}};
}

}  // namespace

void App::apply(const LoadedConfig& loaded, std::vector<ipc::AccessRule> rules) {
  const auto& config = loaded.config;
  log::configure(*log::level_named(config.log.level), *log::format_named(config.log.format));
  server_.set_rules(std::move(rules));
  sweeper_.configure({static_cast<std::size_t>(config.platform.page_size),
                      config.sync.full_interval, config.mirror.patients_of});
  brake_.configure({static_cast<std::uint64_t>(config.sync.brake_percent),
                    static_cast<std::uint64_t>(config.sync.brake_count)});
  engine_.configure({config.mirror.kinds, config.sync.interval, config.sync.full_interval});
  hints_.configure({static_cast<std::size_t>(config.platform.page_size),
                    static_cast<std::size_t>(config.sync.brake_count), config.sync.interval});
  live_.configure(
      {config.sync.live, config.platform.login, config.mirror.kinds, config.mirror.patients_of});
  const auto& outbox = config.outbox;
  outbox_.configure({outbox.retry_min, outbox.retry_max, outbox.give_up_after,
                     static_cast<std::size_t>(outbox.parallel),
                     static_cast<std::uint64_t>(outbox.max_items)});
  audit_trail_.configure({config.audit.reads, config.audit.keep});
  status_api_.warn_after(outbox.warn_after);
  inviting_.configure(config, login_of(config.platform));
  logins_.configure(login_options(config));
  invite_api_.configure(config.platform.login);
  directory_.kinds = config.mirror.kinds;
  status_api_.show(loaded.shown);
}

/// Takes back what only a start can change, so that `config.show` tells what is in force.
void App::keep_until_restart(LoadedConfig& loaded) const {
  const auto fixed = [](const std::string& key) {
    return key.starts_with("store.") || key.starts_with("ipc.") || key == "platform.url" ||
           key == "platform.group_id";
  };
  bool changed = false;
  for (std::size_t i = 0; i < loaded.shown.size(); ++i) {
    auto& now = loaded.shown[i];
    if (!fixed(now.key) || now.value == config_.shown[i].value) continue;
    log::warning("{} counts after a restart only", now.key);
    now = config_.shown[i];
    changed = true;
  }
  if (!changed) return;
  loaded.config.store = config_.config.store;
  loaded.config.ipc = config_.config.ipc;
  loaded.config.platform.url = config_.config.platform.url;
  loaded.config.platform.group_id = config_.config.platform.group_id;
}

void App::reload() {
  notify::reloading();
  auto loaded = load_config(sources_);
  std::vector<std::string> faults;
  std::vector<ipc::AccessRule> rules;
  if (loaded) {
    if (auto resolved = resolve_access(loaded->config.access)) {
      rules = std::move(*resolved);
    } else {
      faults = resolved.error();
    }
  } else {
    faults = loaded.error();
  }
  if (!faults.empty()) {
    for (const auto& fault : faults) log::error("configuration: {}", fault);
    log::note(log::Notable::config_refused,
              "the configuration was not changed; mend the above and reload again");
    return notify::ready();
  }
  keep_until_restart(*loaded);
  config_ = std::move(*loaded);
  http_.configure(line_options(config_.config.platform));
  websockets_.configure(line_options(config_.config.platform));
  session_.replace(login_of(config_.config.platform));
  apply(config_, std::move(rules));
  engine_.settings_changed();
  tell("reloaded");
  log::info("configuration read again");
  notify::ready();
}

}  // namespace icure
