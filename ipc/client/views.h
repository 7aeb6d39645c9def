// Results as people read them: pure functions from JSON to text.
#pragma once
#include <string>

#include "ipc/client/verb.h"

namespace icure::client {

std::string user_view(const Json& result, const Screen& screen);
std::string users_view(const Json& result, const Screen& screen);
std::string owner_view(const Json& result, const Screen& screen);
std::string owners_view(const Json& result, const Screen& screen);
std::string access_view(const Json& result, const Screen& screen);
std::string run_view(const Json& result, const Screen& screen);
std::string runs_view(const Json& result, const Screen& screen);
std::string items_view(const Json& result, const Screen& screen);
std::string item_view(const Json& result, const Screen& screen);
std::string accepted_view(const Json& result, const Screen& screen);  ///< A write was taken in.
std::string invitations_view(const Json& result, const Screen& screen);
std::string invitation_view(const Json& result, const Screen& screen);
std::string invited_view(const Json& result, const Screen& screen);  ///< One was taken in.
std::string status_view(const Json& status, const Screen& screen);
std::string doctor_view(const Json& result, const Screen& screen);
std::string config_view(const Json& result, const Screen& screen);
std::string json_view(const Json& result, const Screen& screen);  ///< Indented JSON.

/// Lenient readers: what is absent or of another type is empty.
std::string text_of(const Json& object, const char* name);
const Json& child_of(const Json& object, const char* name);  ///< Null if absent.

/// One member a line, names aligned; structures as JSON.
std::string members_view(const Json& object, const Screen& screen);

/// The same of facts that are put together here; empty ones are left out.
std::string facts_view(const std::vector<std::pair<std::string, std::string>>& facts,
                       const Screen& screen);

/// Why rows of the outbox do not go on, and what helps: each reason once, however many rows have
/// it.
std::string help_view(const Json& rows, const Screen& screen);
std::string steps_view(const Json& steps, const Screen& screen);
Colour colour_of_state(const std::string& state);  ///< Of an item or invitation.

}  // namespace icure::client
