// The store that a configuration names, opened for serving.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "daemon/config.h"
#include "store/open.h"
#include "sync/login/logins.h"

namespace icure {

/// Another process has the store, or a restore would replace a newer ledger; as icurectl has it.
inline constexpr int kExitConflict = 6;
inline constexpr int kExitKey = 77;
inline constexpr int kExitConfig = 78;

/// Why the daemon does not start: its exit code and what to tell.
struct StartFailure {
  int exit_code = 1;
  std::vector<std::string> lines;
};

StartFailure start_failure(const Error& error);

/// What the store belongs to: the group of the configuration, else the origin of its URL.
std::string platform_of(const Config& config);

/// The store key of the configuration.
Result<Secret, StartFailure> store_key_of(const Config& config);

/// The key in that file, or if `file` is empty in the credential. Fails as read_secret() and
/// store::parse_store_key().
Result<Secret> store_key_in(const std::string& file);

/// The open files of the store, each reader for its own thread.
struct OpenStore {
  std::unique_ptr<store::Stores> files;
  std::unique_ptr<store::MirrorReader> point;
  std::unique_ptr<store::MirrorReader> scan;
  std::unique_ptr<store::EventReader> events;
  std::vector<store::StandingBatch> batches;
  sync::KeptLogins logins;
};

/// Reads the store key and opens the store. May run before there is a loop.
Result<OpenStore, StartFailure> open_store(const Config& config, Random& random, Clock& clock);

}  // namespace icure
