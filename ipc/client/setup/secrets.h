// Where the service finds its secrets: sealed for this machine where that can be done, else as
// files that root alone can read.
#pragma once
#include <optional>
#include <string>

#include "ipc/client/args.h"
#include "ipc/client/failure.h"
#include "ipc/client/setup/answers.h"

namespace icure::client {

enum class Keeping {
  sealed,       ///< By systemd-creds, which only this machine's root can undo.
  plain,        ///< As files that systemd hands to the service.
  named_files,  ///< As files that the configuration names: it is not the installed service's.
};

/// Where the service that a package installed has what is its own.
struct InstalledService {
  std::string config = kDefaultConfig;
  /// Tells systemd where plain secrets are.
  std::string drop_in = "/etc/systemd/system/icure-syncd.service.d/plain-credentials.conf";
  std::string booted = "/run/systemd/system";  ///< Is there if systemd runs.
};

/// The store key and the platform password of one configuration.
class Secrets {
 public:
  /// `answers` may name their files.
  Secrets(const std::string& config, const Answers& answers, InstalledService service = {});

  Keeping keeping() const { return keeping_; }
  bool has(const std::string& name) const;
  /// "" if it is not there, or cannot be read.
  std::string read(const std::string& name) const;
  /// The file of a plain one; what the configuration has to name if they are named files.
  std::string file_of(const std::string& name) const;
  /// Replaces one, durably.
  std::optional<Failure> write(const std::string& name, const std::string& secret) const;
  /// Tells systemd where plain ones are.
  std::optional<Failure> announce() const;

 private:
  std::string sealed_file(const std::string& name) const;

  std::string directory_;
  std::string key_file_;
  std::string password_file_;
  InstalledService service_;
  Keeping keeping_ = Keeping::named_files;
};

/// 64 hex digits of chance.
std::string new_store_key();

/// Replaces a file, durably; its directory is made if it is missing (0755, or 0700 if `mode` lets
/// only the owner read). Fails with words.
std::optional<Failure> replace_file(const std::string& path, const std::string& text,
                                    unsigned mode);

}  // namespace icure::client
