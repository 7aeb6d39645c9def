// Where an invitation goes: the contact of a person's record that is chosen, in the form in which
// the platform and the gateway want it. Pure.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "sync/write/refusal.h"

namespace icure::sync::write {

enum class Channel { automatic, email, sms };

/// How numbers are written here, and what a message may cost: [invite] of the configuration.
struct ContactRules {
  std::string country_code = {};   ///< Digits, a leading + is allowed. Empty: not known.
  std::string trunk_prefix = "0";  ///< What begins a national number. Empty: nothing does.
  bool sms = false;                ///< Whether `automatic` may pick a mobile number.
};

struct Contact {
  Channel channel = Channel::email;  ///< Never `automatic`.
  std::string address;               ///< An e-mail in lower case, or a number as +32475123456.
};

/// May this record's person be invited at all? `document` is the platform's JSON of it, or the
/// same with its decrypted members in place.
Result<Done, Refusal> may_be_invited(Kind kind, std::string_view document);

/// The contact of an invitable record. The official client's order: home e-mail, home mobile,
/// work e-mail, work mobile, any e-mail, any mobile; of each the first address that has one, of
/// that the last one. A bad one is refused, not passed over, so that a message with a key never
/// goes where nobody expects it.
Result<Contact, Refusal> choose_contact(Kind kind, std::string_view document, Channel asked,
                                        const ContactRules& rules);

/// A contact that the caller gave. For `automatic` an @ tells an e-mail from a number; it may be a
/// number although `rules` do not let us pick one.
Result<Contact, Refusal> given_contact(std::string_view text, Channel asked,
                                       const ContactRules& rules);

/// Whom an e-mail comes from: the first valid e-mail address of the inviter's record. Fails with
/// inviter_without_email.
Result<std::string, Refusal> sender_email(std::string_view inviter);

/// In lower case and without blanks around it. Fails with bad_email unless it is LOCAL@DOMAIN of
/// plain ASCII, with a dot in the domain.
Result<std::string, Refusal> normal_email(std::string_view text);

/// As E.164: + and 6 to 15 digits. Understands blanks, dots, dashes, slashes and brackets between
/// digits, 00 for +, "+32 (0)475", and national numbers that begin with the trunk prefix. Fails
/// with bad_phone or no_country_code.
Result<std::string, Refusal> normal_phone(std::string_view text, const ContactRules& rules);

}  // namespace icure::sync::write
