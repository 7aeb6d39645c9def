// Where the configuration comes from: built-in values, the file, conf.d beside it, the
// environment, the command line; later ones win.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/config.h"

namespace icure {

struct ConfigSources {
  std::string file = "/etc/icure-syncd/config.toml";
  std::map<std::string, std::string> environment;  ///< Of names that begin with ICURE_SYNCD_.
};

struct ShownValue {
  std::string key;
  std::string value;   ///< As TOML would have it; secrets hidden.
  std::string source;  ///< "built-in", a file's path, or the variable's name.
};

struct LoadedConfig {
  Config config;
  std::vector<ShownValue> shown;
};

/// Reads everything. Fails with every fault there is, one line each, with file and key.
Result<LoadedConfig, std::vector<std::string>> load_config(const ConfigSources& sources);

/// The variables of this process that concern us.
std::map<std::string, std::string> our_environment();

}  // namespace icure
