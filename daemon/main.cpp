// icure-syncd: arguments, configuration, exit codes.
#include <fcntl.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "daemon/app.h"
#include "daemon/base/log.h"
#include "daemon/base/secret.h"
#include "daemon/doctor/doctor.h"
#include "daemon/heap.h"
#include "daemon/journal.h"
#include "daemon/repairs.h"

namespace {

using namespace icure;

constexpr int kExitUsage = 64;

int fail(const StartFailure& failure) {
  for (const auto& line : failure.lines) log::error("{}", line);
  return failure.exit_code;
}

/// Whether uids seen on the socket mean what the access rules say: inside a user namespace every
/// stranger is the same uid.
bool uids_are_real() {
  std::ifstream map("/proc/self/uid_map");
  unsigned inside = 1;
  unsigned outside = 1;
  unsigned long count = 0;
  map >> inside >> outside >> count;
  return inside == 0 && outside == 0 && count == 4294967295UL;
}

int serve(const ConfigSources& sources, LoadedConfig loaded) {
  // Opening a large store takes a while, and a stop that comes meanwhile is as clean as any other.
  loop::HeldSignals held{SIGTERM, SIGINT, SIGHUP};
  uv_loop_t loop;
  uv_loop_init(&loop);
  int code = 0;
  {
    SystemRandom random;
    loop::SystemClock clock(loop);
    auto store = open_store(loaded.config, random, clock);
    if (!store) {
      code = fail(store.error());
    } else {
      App app(loop, random, clock, sources, std::move(loaded), std::move(*store));
      auto listening = app.listen();
      if (listening) {
        held.release();
        app.run();
      } else {
        code = fail(listening.error());
      }
    }
  }
  uv_run(&loop, UV_RUN_DEFAULT);  // lets closed handles go
  if (uv_loop_close(&loop) != 0) log::warning("a handle outlived its owner");
  return code;
}

int check(const std::vector<std::string>& faults) {
  for (const auto& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
  return kExitConfig;
}

int look_over(const ConfigSources& sources, doctor::Reach reach) {
  log::configure(log::Level::error, log::Format::text);
  // What can be swapped here is less than what the daemon holds: no reason to end.
  static_cast<void>(protect_secrets());
  const auto findings = doctor::examine(sources, reach);
  std::printf("%s\n", doctor::to_json(kVersion, findings).c_str());
  return doctor::any_failed(findings) ? 1 : 0;
}

int run(int argc, char** argv) {
  CLI::App options("Keeps a local, encrypted mirror of an iCure platform and serves it.");
  ConfigSources sources;
  bool check_config = false;
  bool print_config = false;
  Restore restore;
  bool adopts = false;
  bool makes_recovery_key = false;
  bool recovers = false;
  std::string file;
  bool doctors = false;
  bool offline = false;
  options.add_option("--config", sources.file, "the configuration file")->capture_default_str();
  options.add_flag("--check-config", check_config, "say whether the configuration is valid");
  options.add_flag("--print-config", print_config, "print every value and where it came from");
  auto* restores =
      options.add_option("--restore", restore.backup, "bring this backup back, and end");
  options.add_flag("--force", restore.replace_newer, "also in the place of a store that is newer")
      ->needs(restores);
  options
      .add_flag("--by-recovery-key", restore.by_recovery_key,
                "open the backup with the recovery key on the input")
      ->needs(restores);
  options.add_flag("--adopt", adopts,
                   "let the store belong to the platform of the configuration, and end");
  options.add_flag("--make-recovery-key", makes_recovery_key,
                   "print a new recovery key for the store, and end");
  options.add_flag("--recover", recovers,
                   "let the store key open a store whose own is lost, by the recovery key on the "
                   "input, and end");
  options.add_option("--export", file,
                     "write what can be read of the ledger to this file, in clear, and end");
  auto* examine = options.add_flag("--doctor", doctors,
                                   "look at all that must be right, print it as JSON, and end");
  options.add_flag("--offline", offline, "leave out what needs the network")->needs(examine);
  options.set_version_flag("--version", std::string("icure-syncd ") + kVersion);
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return options.exit(error) == 0 ? 0 : kExitUsage;
  }

  heap::share();
  umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  sources.environment = our_environment();
  if (doctors) {
    return look_over(sources, offline ? doctor::Reach::this_machine : doctor::Reach::everything);
  }
  auto loaded = load_config(sources);
  if (!loaded) return check(loaded.error());
  if (print_config) {
    for (const auto& [key, value, source] : loaded->shown) {
      std::printf("%s = %s  # %s\n", key.c_str(), value.c_str(), source.c_str());
    }
  }
  if (check_config) std::printf("the configuration is valid\n");
  if (check_config || print_config) return 0;

  log::configure(*log::level_named(loaded->config.log.level),
                 *log::format_named(loaded->config.log.format));
  journal::take_notables();
  if (!restore.backup.empty()) return bring_back(loaded->config, restore);
  if (adopts) return adopt(loaded->config);
  if (makes_recovery_key) return make_recovery_key(loaded->config);
  if (recovers) return recover(loaded->config);
  if (!file.empty()) return export_ledger(loaded->config, file);
  if (!uids_are_real()) {
    return fail({kExitConfig,
                 {"this process runs in a user namespace that hides who calls it",
                  "remove PrivateUsers= from the unit"}});
  }
  if (auto locked = protect_secrets(); !locked) {
    log::warning("{}; {}", locked.error().message, locked.error().hint);
  }
  return serve(sources, std::move(*loaded));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // memory for a few words was not to be had
    std::fputs(error.what(), stderr);
    return 1;
  }
}
