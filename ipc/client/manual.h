// icurectl(1), made from its table of verbs.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

/// The page as man(7) reads it. `version`: the program's.
std::string manual(const std::vector<Verb>& verbs, const std::string& version);

}  // namespace icure::client
