#include "daemon/api/invitation_json.h"

#include <nlohmann/json.hpp>

#include "daemon/api/item_json.h"

namespace icure::api {

using Json = nlohmann::ordered_json;

namespace {

bool may_see_contact(const ipc::Grant& grant, const store::Invitation& invitation) {
  const auto* member = invitation.channel == "email" ? "email" : "mobilePhone";
  return !invitation.contact.empty() && grant.may_look_up_by(Kind::user, member);
}

}  // namespace

Result<Done> may_see(const ipc::Grant& grant, const store::Invitation& invitation) {
  if (auto user = grant.check(Kind::user); !user) return user;
  return grant.check(invitation.owner_kind);
}

Json forecast_json(const ipc::Grant& grant, const store::Invitation& invitation) {
  Json json = {{"channel", invitation.channel}};
  if (may_see_contact(grant, invitation)) json["contact"] = invitation.contact;
  if (!invitation.id.empty()) json["invitation"] = invitation.id;
  return json;
}

Json to_json(const ipc::Grant& grant, const sync::InvitationView& view) {
  const auto& [invitation, item, steps] = view;
  Json json = {{"id", invitation.id},           {"state", name_of(invitation.state)},
               {"owner", invitation.owner},     {"ownerType", name_of(invitation.owner_kind)},
               {"inviter", invitation.inviter}, {"user", invitation.user},
               {"channel", invitation.channel}};
  if (may_see_contact(grant, invitation)) json["contact"] = invitation.contact;
  json["created"] = rfc3339(invitation.created);
  const auto put = [&json](const char* name, const std::optional<WallTime>& time) {
    if (time) json[name] = rfc3339(*time);
  };
  put("not_before", invitation.not_before);
  put("expires", invitation.expires);
  put("sent_at", invitation.sent_at);
  json["maybe_sent"] = invitation.maybe_sent;
  json["attempts"] = item.attempts;
  put("next_try", item.next_try);
  if (!item.last_error.empty()) json["last_error"] = item.last_error;
  if (!item.hint.empty()) json["hint"] = item.hint;
  json["steps"] = to_json(steps);
  return json;
}

}  // namespace icure::api
