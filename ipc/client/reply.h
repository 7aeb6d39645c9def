// One line from the daemon: an answer or a notification. Pure.
#pragma once
#include <optional>
#include <string>

#include "ipc/client/failure.h"
#include "ipc/protocol.h"

namespace icure::client {

struct Reply {
  std::string id;  ///< The raw token, "null" if the daemon could not tell; empty: a notification.
  std::string method;  ///< Of a notification.
  std::string text;    ///< JSON: the result, or the params of a notification.
  std::optional<Failure> failure;
};

/// Nothing if the line is not JSON-RPC.
std::optional<Reply> parse_reply(ipc::Padded line);

}  // namespace icure::client
