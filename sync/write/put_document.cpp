#include "sync/write/put_document.h"

#include "sync/write/json.h"

namespace icure::sync::write {
namespace {

/// Platform: an entry with a token sets that token, so that none may be echoed.
void prepare_tokens(Json& document, const Revocation& revoked) {
  auto& tokens = document["authenticationTokens"];
  if (!tokens.is_object()) tokens = Json::object();
  for (auto& entry : tokens) {
    if (entry.is_object()) entry.erase("token");
  }
  const auto at =
      std::chrono::duration_cast<std::chrono::milliseconds>(revoked.at.time_since_epoch()).count();
  for (const auto& key : revoked.keys) {
    auto& entry = tokens[key];
    if (!entry.is_object()) entry = Json::object({{"validity", 1}});
    entry["deletionDate"] = at;
  }
  if (tokens.empty()) document.erase("authenticationTokens");
}

}  // namespace

Result<std::string> put_document(std::string_view document, const Revocation& revoked) {
  auto json = parse_object(document);
  if (!json || text_of(*json, "id").empty() || text_of(*json, "rev").empty()) {
    return Error{Code::invalid, "a user cannot be written: its document has no id or no rev",
                 "synchronise again, then make the change again"};
  }
  const auto& password = member(*json, "passwordHash");
  if (password.is_null()) {
    json->erase("passwordHash");
  } else {
    (*json)["passwordHash"] = "*";
  }
  prepare_tokens(*json, revoked);
  return dump(*json);
}

}  // namespace icure::sync::write
