// What calls look like: an example of each method, for rpc.discover. A test makes each of them.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "ipc/methods.h"

namespace icure::api {

/// By the name of the method. The same thing has the same id in all of them.
std::vector<std::pair<std::string, ipc::Example>> examples();

}  // namespace icure::api
