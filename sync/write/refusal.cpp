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
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    if (static_cast<std::size_t>(kVerdicts[i].refusal) != i) return false;
  }
  return true;
}
static_assert(in_order());
static_assert(kVerdicts.back().refusal == Refusal::unreadable, "a row for each refusal");

}  // namespace

const Verdict& verdict_on(Refusal refusal) {
  return kVerdicts[static_cast<std::size_t>(refusal)];
}

}  // namespace icure::sync::write
