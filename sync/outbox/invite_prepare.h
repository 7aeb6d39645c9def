// What is asked of an invitation, checked against what the mirror knows, and made an item of the
// outbox with every id and secret that it will need. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/random.h"
#include "store/outbox.h"
#include "sync/write/contact.h"

namespace icure::sync {

struct InviteRequest {
  std::string owner;
  std::string inviter;  ///< A professional.
  write::Channel channel = write::Channel::automatic;
  std::string contact = {};  ///< Empty: one of the record's.
  std::string link;
  std::string solution;
  std::string subject = {};        ///< Empty: the template's.
  std::string template_name = {};  ///< Empty: the clinic's usual one.
  std::optional<WallTime> not_before = {};
  std::optional<WallTime> expires = {};
};

/// The documents that the request is about, as readers see them: decrypted members in place, if
/// they could be read.
struct InviteSubjects {
  Kind owner_kind = Kind::patient;
  std::string owner;
  std::string inviter;
  bool has_user = false;  ///< A user stands for the owner already, an active or a disabled one.
};

struct InviteRules {
  write::ContactRules contacts;
  std::vector<std::string> links;  ///< [invite] links.
};

/// An item with its invitation and its overlay, not yet with an idempotency key. Fails with
/// invalid, in words for a receptionist, where it is certain that nothing can come of it.
Result<store::Item> prepare_invitation(const InviteRequest& request, const InviteSubjects& subjects,
                                       const InviteRules& rules, WallTime now, Random& random);

}  // namespace icure::sync
