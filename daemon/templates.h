// The directory of the templates of messages.
#pragma once
#include <optional>
#include <string>

#include "daemon/base/result.h"

namespace icure {

/// The text of that file; nothing if there is no such file. Fails with io if it cannot be read, or
/// is larger than a template may be. `name` is a name alone, without a path.
Result<std::optional<std::string>> read_template(const std::string& directory,
                                                 const std::string& name);

}  // namespace icure
