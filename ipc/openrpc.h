// The table of methods as an OpenRPC document, which programs can make their own client from.
#pragma once
#include <string>
#include <string_view>

#include "ipc/methods.h"

namespace icure::ipc {

/// JSON text. A schema that is not JSON is a bug and aborts.
std::string openrpc_document(const Methods& methods, std::string_view version);

}  // namespace icure::ipc
