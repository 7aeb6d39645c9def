// Why a write cannot go on: what becomes of it, in words for a receptionist, with the one action
// that helps. One table; nobody else words a refusal.
#pragma once
#include <string_view>

namespace icure::sync::write {

enum class Refusal {
  // Known from the documents, before anything is sent.
  no_contact,         ///< The record has no address that the channel could use.
  sms_not_allowed,    ///< It has a mobile number only, and `auto` may not pick SMS.
  bad_email,          ///< Its e-mail address can be none.
  bad_phone,          ///< Its mobile number can be none.
  no_country_code,    ///< Its mobile number is national, and no country code is configured.
  contact_encrypted,  ///< Its addresses are encrypted, and nothing of them is in clear.
  deceased,
  inactive,
  merged,
  deleted,
  not_a_person,  ///< A device, or a user: neither is invited.
  inviter_without_email,
  unreadable,  ///< The document is not a JSON object.
  has_user,    ///< Who is to be invited has a user already, an active or a disabled one.

  // Known from the configuration.
  no_gateway,
  bad_template,

  // Said by the platform or the gateway.
  contact_taken,    ///< Another user has this login, e-mail address or mobile number.
  invalid,          ///< The platform finds the document or the request wrong.
  no_permission,    ///< The daemon's user may not do it.
  quota,            ///< The clinic's subscription allows no more.
  gone,             ///< What was to be changed does not exist any more.
  id_taken,         ///< Something else has the id of what was to be created.
  conflict,         ///< Somebody else changed the same members.
  auth_level,       ///< Even a fresh login of the daemon's user is too weak for tokens.
  login,            ///< The daemon's login is refused; the line's state says more.
  other,            ///< Any other refusal of the platform.
  gateway_login,    ///< The gateway refuses the daemon's login.
  gateway_refuses,  ///< Any other refusal of the gateway.

  // Passing by themselves.
  no_answer,
  too_many,
  platform_fault,
  gateway_fault,

  // Of the outbox itself.
  needs_another,    ///< An earlier write that this one needs was refused.
  already_invited,  ///< Another invitation may still bring this person in.
  too_many_today,   ///< More invitations than a day may have.
  too_late,         ///< It expired before it could be carried out.
  gave_up,          ///< It was tried for as long as is configured.
};

enum class Next {
  retry,    ///< Passes by itself: tried again after a while.
  blocked,  ///< Needs a person, and may go on afterwards.
  failed,   ///< For good: only a new write helps.
};

struct Verdict {
  Refusal refusal;
  std::string_view word;  ///< For logs and figures, such as "no_contact".
  Next next;
  std::string_view text;  ///< `last_error`. Holds no name and no contact.
  std::string_view hint;  ///< What to do; never empty.
};

const Verdict& verdict_on(Refusal refusal);

}  // namespace icure::sync::write
