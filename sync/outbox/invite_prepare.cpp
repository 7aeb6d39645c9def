#include "sync/outbox/invite_prepare.h"

#include <nlohmann/json.hpp>

#include "sync/outbox/invite_form.h"
#include "sync/outbox/wording.h"
#include "sync/write/link.h"
#include "sync/write/message.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestText = 200;  // of solution and subject, in bytes

Error refused_with(write::Refusal refusal) {
  const auto& verdict = write::verdict_on(refusal);
  return Error{Code::invalid, std::string(verdict.text), std::string(verdict.hint)};
}

Result<Done> check_texts(const InviteRequest& request) {
  if (request.solution.empty() || request.solution.size() > kLongestText) {
    return Error{Code::invalid, "the solution has no name, or one that is too long",
                 "give the name of what the person is invited to, at most 200 bytes"};
  }
  if (request.subject.size() > kLongestText) {
    return Error{Code::invalid, "the subject is too long", "give at most 200 bytes"};
  }
  if (!request.template_name.empty() && !is_plain_name(request.template_name)) {
    return Error{Code::invalid, "this can be no template's name",
                 "use letters, digits, - and _, at most 64"};
  }
  if (request.subject.empty()) return Done{};
  return write::EmailTemplate::built_in().set_subject(request.subject);
}

Result<Done> check_times(const InviteRequest& request, WallTime now) {
  if (!request.expires) return Done{};
  if (*request.expires <= now) {
    return Error{Code::invalid, "the invitation has expired already", "give a later `expires`"};
  }
  if (request.not_before && *request.expires <= *request.not_before) {
    return Error{Code::invalid, "the invitation expires before it may be sent",
                 "give an `expires` after `not_before`"};
  }
  return Done{};
}

Result<write::Contact, write::Refusal> contact_of(const InviteRequest& request,
                                                  const InviteSubjects& subjects,
                                                  const InviteRules& rules) {
  auto invitable = write::may_be_invited(subjects.owner_kind, subjects.owner);
  if (!invitable) return invitable.error();
  if (subjects.has_user) return write::Refusal::has_user;
  if (request.contact.empty()) {
    return write::choose_contact(subjects.owner_kind, subjects.owner, request.channel,
                                 rules.contacts);
  }
  return write::given_contact(request.contact, request.channel, rules.contacts);
}

/// platform: patients and professionals list the languages that they speak, best first.
std::vector<std::string> languages_of(std::string_view document) {
  const auto json = Json::parse(document, nullptr, false);
  std::vector<std::string> languages;
  if (!json.is_object() || !json.contains("languages")) return languages;
  for (const auto& each : json["languages"]) {
    if (each.is_string()) languages.push_back(each.get<std::string>());
  }
  return languages;
}

InviteDetails details_of(const InviteRequest& request, const InviteSubjects& subjects,
                         Random& random) {
  InviteDetails details;
  details.token_key = "invite-" + uuid4(random);
  details.link = request.link;
  details.solution = request.solution;
  details.subject = request.subject;
  details.template_name = request.template_name;
  details.languages = languages_of(subjects.owner);
  details.owner = write::name_of(subjects.owner);
  details.inviter = write::name_of(subjects.inviter);
  // Without one it may still get one before the e-mail goes out.
  if (auto from = write::sender_email(subjects.inviter)) details.from = std::move(*from);
  return details;
}

}  // namespace

Result<store::Item> prepare_invitation(const InviteRequest& request, const InviteSubjects& subjects,
                                       const InviteRules& rules, WallTime now, Random& random) {
  if (auto checked = check_texts(request); !checked) return checked.error();
  if (auto checked = check_times(request, now); !checked) return checked.error();
  if (auto checked = write::check_link(request.link, rules.links); !checked) {
    return checked.error();
  }
  auto contact = contact_of(request, subjects, rules);
  if (!contact) return refused_with(contact.error());

  store::Item item;
  item.id = uuid4(random);
  item.op = "invite.create";
  item.kind = Kind::user;
  item.entity = uuid4(random);
  item.created = now;
  item.next_try = request.not_before;
  item.refers = {request.owner, request.inviter};

  store::Invitation invitation;
  invitation.id = item.id;
  invitation.created = now;
  invitation.owner = request.owner;
  invitation.owner_kind = subjects.owner_kind;
  invitation.inviter = request.inviter;
  invitation.user = item.entity;
  invitation.channel = contact->channel == write::Channel::email ? "email" : "sms";
  invitation.contact = std::move(contact->address);
  invitation.details = to_text(details_of(request, subjects, random));
  invitation.not_before = request.not_before;
  invitation.expires = request.expires;

  InviteContent content;
  content.token = new_token(random);
  item.content = to_text(content);
  const auto document = user_document(invitation);
  item.overlay = store::Overlay{store::Overlay::Is::creation, document, document};
  item.invitation = std::move(invitation);
  return item;
}

}  // namespace icure::sync
