// An invitation as the socket shows it.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "ipc/access.h"
#include "sync/outbox/invites.h"

namespace icure::api {

/// Whether these rules let a caller know of it: it tells of a user and of a data owner.
Result<Done> may_see(const ipc::Grant& grant, const store::Invitation& invitation);

/// Without the contact, where the caller may not see the user's own. The token is never in it.
nlohmann::ordered_json to_json(const ipc::Grant& grant, const sync::InvitationView& view);

/// What invite.check tells of one that may not exist yet: then it has no id.
nlohmann::ordered_json forecast_json(const ipc::Grant& grant, const store::Invitation& invitation);

}  // namespace icure::api
