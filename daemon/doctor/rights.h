// Who owns the files of the store and its secrets, and who else could open them.
#pragma once
#include <string>
#include <vector>

#include "daemon/doctor/finding.h"

namespace icure::doctor {

/// The files that matter. What is not there is not looked at.
struct Places {
  std::string config_file;
  std::string store;                 ///< A directory; its owner is whom the daemon runs as.
  std::vector<std::string> secrets;  ///< Files that the daemon itself opens.
  std::vector<std::string> credentials = {};  ///< Files that systemd opens for it.
};

/// Nobody but the daemon's user may open the store and the secrets, and the daemon's user may; the
/// configuration is changed by nobody else. Changes nothing. "skipped" if something cannot be
/// looked at by this user, and the rest is right.
Finding check_rights(const Places& places);

}  // namespace icure::doctor
