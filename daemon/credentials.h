// Secrets from files: those that a *_file key names, or systemd's credentials.
#pragma once
#include <string>

#include "daemon/base/secret.h"

namespace icure {

/// Reads `file`, or if it is empty the credential `name` in $CREDENTIALS_DIRECTORY. A line break
/// at the end is dropped. Fails with not_found (nothing configured) or io, with words that name
/// the place and never the content.
Result<Secret> read_secret(const std::string& file, const std::string& credential);

}  // namespace icure
