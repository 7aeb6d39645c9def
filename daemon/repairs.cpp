#include "daemon/repairs.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "daemon/credentials.h"
#include "daemon/open_store.h"
#include "store/recovery_key.h"
#include "store/repair.h"

namespace icure {
namespace {

WallTime now() {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

/// For a person: no log, which has times and levels.
int refuse(const StartFailure& failure) {
  for (const auto& line : failure.lines) std::fprintf(stderr, "%s\n", line.c_str());
  return failure.exit_code;
}
int refuse(const Error& error) {
  return refuse(start_failure(error));
}

/// What root wrote into the store, its owner could not open.
Result<Done> become_owner_of(const std::string& directory) {
  struct stat found {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &found) != 0) return Done{};
  if (found.st_uid == 0) return Done{};
  const auto* owner = ::getpwuid(found.st_uid);
  const auto group = owner ? owner->pw_gid : found.st_gid;
  const bool became =
      ::setgroups(1, &group) == 0 && ::setgid(group) == 0 && ::setuid(found.st_uid) == 0;
  if (became) return Done{};
  return Error{Code::io, "cannot act as the owner of " + directory + ": " + std::strerror(errno),
               "run this as that user"};
}

/// The store key, read by whoever runs this; from then on this is the owner of the store.
Result<Secret, StartFailure> key_then_owner(const Config& config) {
  // What can be swapped here is less than what the daemon holds: no reason to end.
  static_cast<void>(protect_secrets());
  auto key = store_key_of(config);
  if (!key) return key;
  auto owner = become_owner_of(config.store.directory);
  if (!owner) return start_failure(owner.error());
  return key;
}

Result<Secret> typed_recovery_key() {
  const auto typed = read_secret("/dev/stdin", "");
  if (!typed) return Error{Code::invalid, "no recovery key came in on the input"};
  return store::parse_recovery_key(typed->reveal());
}

}  // namespace

int bring_back(const Config& config, const Restore& restore) {
  Result<Secret> recovery_key = Secret();
  if (restore.by_recovery_key) recovery_key = typed_recovery_key();
  if (!recovery_key) return refuse(recovery_key.error());
  const auto key = key_then_owner(config);
  if (!key) return refuse(key.error());
  SystemRandom random;
  const auto* opener = restore.by_recovery_key ? &*recovery_key : nullptr;
  const auto restored = store::restore(
      {restore.backup, config.store.directory, *key, opener, restore.replace_newer, now(), random});
  if (!restored) return refuse(restored.error());
  std::printf("the backup of %s is in place\n", rfc3339(restored->backup.made).c_str());
  for (const auto& name : restored->aside) {
    std::printf("what was there is kept: %s\n", name.c_str());
  }
  std::printf("unfinished work of the outbox is held when the daemon starts: it may be done\n");
  return 0;
}

int adopt(const Config& config) {
  const auto key = key_then_owner(config);
  if (!key) return refuse(key.error());
  const auto before = store::adopt({config.store.directory, *key, platform_of(config), now()});
  if (!before) return refuse(before.error());
  std::printf("the store belonged to \"%s\"; its mirror begins anew, unfinished work is held\n",
              before->c_str());
  return 0;
}

int export_ledger(const Config& config, const std::string& file) {
  const auto key = key_then_owner(config);
  if (!key) return refuse(key.error());
  const auto exported = store::export_ledger(config.store.directory, *key, file);
  if (!exported) return refuse(exported.error());
  std::printf("%llu rows of the ledger are in %s\n",
              static_cast<unsigned long long>(exported->rows), file.c_str());
  if (!exported->whole) {
    std::printf("the ledger is damaged: what cannot be read is not among them\n");
  }
  std::printf("they hold patient data in the clear: delete the file when you are done\n");
  return 0;
}

int make_recovery_key(const Config& config) {
  const auto key = key_then_owner(config);
  if (!key) return refuse(key.error());
  SystemRandom random;
  const auto made = store::new_recovery_key({config.store.directory, *key, random});
  if (!made) return refuse(made.error());
  const auto text = made->reveal();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  return 0;
}

int recover(const Config& config) {
  const auto recovery_key = typed_recovery_key();
  if (!recovery_key) return refuse(recovery_key.error());
  const auto key = key_then_owner(config);
  if (!key) return refuse(key.error());
  SystemRandom random;
  const auto done = store::recover({config.store.directory, *key, random}, *recovery_key);
  if (!done) return refuse(done.error());
  std::printf("the store opens with the store key of the configuration from now on\n");
  return 0;
}

}  // namespace icure
