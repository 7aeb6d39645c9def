// A user's document in the form in which it may be PUT: the platform's PUT replaces all of it,
// and an absent password deletes the password. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace icure::sync::write {

/// Tokens that shall stop working. Platform: a token is revoked by an entry with a deletionDate;
/// leaving its entry out does nothing.
struct Revocation {
  std::vector<std::string> keys = {};  ///< The tokens' labels; also ones that the mirror lacks.
  WallTime at = {};
};

/// `document` is the raw document of the mirror, or the outcome of a merge. passwordHash becomes
/// "*" (keep it) if it has one, and stays away if not. The entries of authenticationTokens stay as
/// they are but for those to be revoked; none carries a token. All else is kept.
/// Fails with invalid if it is not a JSON object with an id and a rev.
Result<std::string> put_document(std::string_view document, const Revocation& revoked = {});

}  // namespace icure::sync::write
