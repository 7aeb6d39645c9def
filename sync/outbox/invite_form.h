// The forms in which an invitation stands in the ledger: what its message says, how far its item
// is, and the user that is made for it. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/base/secret.h"
#include "store/invitation.h"
#include "sync/write/template.h"

namespace icure::sync {

/// store::Invitation::details.
struct InviteDetails {
  std::string token_key;  ///< The label of the invitation's token at the platform.
  std::string link;
  std::string solution;
  std::string subject;                 ///< Empty: the template's.
  std::string template_name;           ///< Empty: the clinic's usual one, or our own wording.
  std::vector<std::string> languages;  ///< Of the invited person, best first.
  write::PersonName owner;
  write::PersonName inviter;
  std::string from;  ///< Whom an e-mail comes from; empty: to be looked up when it is sent.
};
std::string to_text(const InviteDetails& details);
/// Nothing if it cannot be read.
std::optional<InviteDetails> details_from(std::string_view text);

/// store::Item::content.
struct InviteContent {
  Secret token;               ///< Its value; empty once it was sent.
  bool create_asked = false;  ///< The platform was asked for the user: it may exist.
  bool sending = false;       ///< The gateway was asked, and its answer is not known.
  std::optional<WallTime> token_dies;
};
std::string to_text(const InviteContent& content);
std::optional<InviteContent> content_from(std::string_view text);

/// The value of a token: 32 letters and digits that nobody mistakes for one another.
Secret new_token(Random& random);

/// The user that stands for the invited person, as it is created.
std::string user_document(const store::Invitation& invitation);

/// What the platform's document of that user says.
struct InvitedUser {
  std::string rev;
  bool ours = false;  ///< It stands for the person who was invited.
  bool deleted = false;
  bool has_token = false;  ///< The invitation's is still there.
  /// By what it shows that the person came: a password, a token of another kind, accepted terms.
  /// Empty: nothing does.
  std::string_view came_by = {};
};
/// Nothing if it is no JSON object. `token_key` is the invitation's.
std::optional<InvitedUser> read_user(std::string_view document, const store::Invitation& invitation,
                                     std::string_view token_key);

}  // namespace icure::sync
