// What documents and patches of callers may hold, rule by rule. For prepare.cpp alone. Pure.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "sync/outbox/prepare.h"

namespace icure::sync::prepare {

using Json = nlohmann::json;

Error invalid(std::string message, std::string hint);

/// A JSON object of bounded depth. Fails with invalid, naming `what`.
Result<Json> parsed(std::string_view text, std::string_view what = "document");

/// Refuses an empty one, and members that no caller may write, such as `rev`.
Result<Done> check_members(const Json& changes);
/// What the platform wants of a user's members. Brings e-mail addresses into their one form.
Result<Done> check_user(Json& changes, Right right);
/// Whose user it is is an administrator's matter once it exists.
Result<Done> check_links(const Json& changes, Right right);
/// What the platform wants of a data owner.
Result<Done> check_owner(Kind kind, const Json& document);
/// Refuses to write in clear what is encrypted in `before`, or to lose it.
Result<Done> check_clear(const Json& changes, const Json& before, const Known& known);

}  // namespace icure::sync::prepare
