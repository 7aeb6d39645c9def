// What the program does to a store while no daemon serves: each is a command of a person's, says on
// the output what it did or on the error stream why not, and returns the exit code. Run by root,
// they read the secrets as root and touch the store as the user that it belongs to.
#pragma once
#include <string>

#include "daemon/config.h"

namespace icure {

struct Restore {
  std::string backup;
  bool replace_newer = false;
  bool by_recovery_key = false;  ///< Which is read from the standard input.
};

/// Brings a backup back as the store.
int bring_back(const Config& config, const Restore& restore);

/// Lets the store belong to the platform of the configuration from now on.
int adopt(const Config& config);

/// Writes what can be read of the ledger, damaged or not, into a new file, in clear.
int export_ledger(const Config& config, const std::string& file);

/// Prints a new recovery key; nobody can show it again.
int make_recovery_key(const Config& config);

/// Lets the store key of the configuration open a store whose own is lost, by the recovery key on
/// the standard input.
int recover(const Config& config);

}  // namespace icure
