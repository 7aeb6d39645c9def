// What the page may ask the daemon: a fixed list, under the rights of whoever runs icurectl.
#pragma once
#include <string>

#include "ipc/client/client.h"
#include "ipc/client/dashboard/request.h"

namespace icure::dashboard {

bool is_allowed(std::string_view method);

/// `body` is {"method", "params"}. The answer is 200 with {"result"} or {"error"} of the daemon, to
/// the latter `"maybe": true` where it may have been done all the same; 403 if the method is not on
/// the list, or the body no call. Waits for the daemon.
Answer pass_on(const client::Options& options, const std::string& body);

}  // namespace icure::dashboard
