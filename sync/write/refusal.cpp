#include "sync/write/refusal.h"

#include <array>

namespace icure::sync::write {
namespace {

/// In the order of the enumeration: a refusal is its own index.
constexpr std::array kVerdicts = {
    Verdict{Refusal::no_contact, "no_contact", Next::blocked,
            "the record has no e-mail address or mobile number that can be used",
            "add a home or work e-mail address or mobile number to the record, then try again"},
    Verdict{Refusal::sms_not_allowed, "sms_not_allowed", Next::blocked,
            "the record has a mobile number but no e-mail address, and text messages cost money",
            "ask for channel \"sms\", or set [invite] sms = true, or add an e-mail address"},
    Verdict{Refusal::bad_email, "bad_email", Next::blocked, "the e-mail address is not a valid one",
            "correct the e-mail address, then try again"},
    Verdict{Refusal::bad_phone, "bad_phone", Next::blocked, "the mobile number is not a valid one",
            "write the mobile number with its country code, such as +32 475 12 34 56, then try "
            "again"},
    Verdict{Refusal::no_country_code, "no_country_code", Next::blocked,
            "the mobile number has no country code, and this machine does not know the country",
            "write the number as +32 475 12 34 56, or set [invite] country_code, then try again"},
    Verdict{Refusal::contact_encrypted, "contact_encrypted", Next::blocked,
            "the addresses of this record are encrypted, and this machine cannot read them",
            "give the e-mail address or mobile number with the invitation, or import the key of a "
            "professional who may read the record"},
    Verdict{Refusal::deceased, "deceased", Next::failed, "this patient is recorded as deceased",
            "if that is a mistake, correct the record, then invite again"},
    Verdict{Refusal::inactive, "inactive", Next::failed, "this patient's record is inactive",
            "make the record active again if that is right, then invite again"},
    Verdict{Refusal::merged, "merged", Next::failed,
            "this patient's record was merged into another one", "invite from that other record"},
    Verdict{Refusal::deleted, "deleted", Next::failed, "this record was deleted",
            "restore the record if that is right, then invite again"},
    Verdict{Refusal::not_a_person, "not_a_person", Next::failed,
            "only patients and healthcare professionals are invited",
            "for a device create a user with its id, and ask an administrator for a token"},
    Verdict{Refusal::inviter_without_email, "inviter_without_email", Next::blocked,
            "the professional who invites has no e-mail address, so no e-mail can be sent",
            "add an e-mail address to the professional's record, or invite by SMS, then try again"},
    Verdict{Refusal::unreadable, "unreadable", Next::failed,
            "the record is damaged and cannot be read",
            "synchronise again; if it stays, ask the platform's support"},
    Verdict{Refusal::has_user, "has_user", Next::failed,
            "this person already has a user, so there is nobody to invite",
            "look the user up; if it is disabled, enable it instead of inviting again"},

    Verdict{Refusal::no_gateway, "no_gateway", Next::blocked,
            "this machine has no message gateway, so nothing can be sent",
            "ask an administrator to set [gateway] url and spec_id; the invitation then goes out"},
    Verdict{Refusal::bad_template, "bad_template", Next::blocked,
            "the template of the message is missing or has a mistake",
            "ask an administrator to correct the template, then try again"},

    Verdict{Refusal::contact_taken, "contact_taken", Next::blocked,
            "another user already has this e-mail address or mobile number",
            "take this back (invite cancel, or outbox discard by an administrator) and use another "
            "address; people who share one cannot both be users"},
    Verdict{Refusal::invalid, "invalid", Next::blocked,
            "the platform says that something in this is not valid",
            "discard it, correct what was entered and enter it again"},
    Verdict{Refusal::no_permission, "no_permission", Next::blocked,
            "this machine's user is not permitted to do this on the platform",
            "ask the platform's administrator to give that user the right, then try again"},
    Verdict{Refusal::quota, "quota", Next::blocked,
            "the clinic's subscription to the platform does not allow any more",
            "ask the platform to extend the subscription, then try again"},
    Verdict{Refusal::gone, "gone", Next::failed,
            "what was to be changed does not exist on the platform any more",
            "discard this; if it is still needed, create it anew"},
    Verdict{Refusal::id_taken, "id_taken", Next::failed,
            "something else on the platform already has the id of this",
            "discard this and enter it again; it then gets another id"},
    Verdict{Refusal::conflict, "conflict", Next::blocked,
            "somebody else changed the same thing at the same time",
            "compare both versions, then discard this or enter the change again"},
    Verdict{Refusal::auth_level, "auth_level", Next::blocked,
            "the login of this machine is too weak to make access codes",
            "ask an administrator to give this machine a password instead of a long-lived token"},
    Verdict{Refusal::login, "login", Next::retry, "the platform refuses the login of this machine",
            "ask an administrator to look at the state of the daemon; this then goes on by itself"},
    Verdict{Refusal::other, "other", Next::blocked, "the platform refuses this",
            "try again; if it stays, ask the platform's support"},
    Verdict{Refusal::gateway_login, "gateway_login", Next::blocked,
            "the message gateway refuses the login of this machine",
            "ask an administrator to check that the daemon's user may use the gateway, then try "
            "again"},
    Verdict{Refusal::gateway_refuses, "gateway_refuses", Next::blocked,
            "the message gateway refuses to send to this address",
            "check the address; if it is right, ask an administrator to check [gateway] url and "
            "spec_id"},

    Verdict{Refusal::no_answer, "no_answer", Next::retry, "there was no answer",
            "nothing to do: it is tried again by itself"},
    Verdict{Refusal::too_many, "too_many", Next::retry, "there were too many requests",
            "nothing to do: it is tried again by itself, a little later"},
    Verdict{Refusal::platform_fault, "platform_fault", Next::retry, "the platform has a fault",
            "nothing to do: it is tried again by itself"},
    Verdict{Refusal::gateway_fault, "gateway_fault", Next::retry, "the message gateway has a fault",
            "nothing to do: it is tried again by itself"},

    Verdict{Refusal::needs_another, "needs_another", Next::blocked,
            "an earlier change that this one needs could not be made",
            "settle the earlier change, then try this again"},
    Verdict{Refusal::already_invited, "already_invited", Next::failed,
            "this person is invited already",
            "look at that invitation: send it again, or cancel it and invite anew"},
    Verdict{Refusal::too_many_today, "too_many_today", Next::blocked,
            "more invitations were made within a day than is allowed",
            "ask an administrator to release it, or to raise [invite] per_day"},
    Verdict{Refusal::too_late, "too_late", Next::failed,
            "the invitation expired before it could be sent",
            "invite the person again if that is still wanted"},
    Verdict{Refusal::gave_up, "gave_up", Next::failed,
            "this was tried for a long time without success, and is not tried any more",
            "find out what was in the way, then enter it again"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    if (static_cast<std::size_t>(kVerdicts[i].refusal) != i) return false;
  }
  return true;
}
static_assert(in_order());
static_assert(kVerdicts.back().refusal == Refusal::gave_up, "a row for each refusal");

}  // namespace

const Verdict& verdict_on(Refusal refusal) {
  return kVerdicts[static_cast<std::size_t>(refusal)];
}

}  // namespace icure::sync::write
