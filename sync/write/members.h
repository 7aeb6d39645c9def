// Members of the platform's documents that no write of ours may change. Pure.
#pragma once
#include <string_view>

namespace icure::sync::write {

/// Whether a member at the top of a document is the platform's own (such as `rev`), belongs to
/// the encryption (keys, delegations, securityMetadata, encryptedSelf) or to logging in
/// (passwordHash, tokens). A patch that names one is to be refused where it comes in; where one
/// comes as far as a merge, it is left out.
bool is_untouchable(std::string_view member);

}  // namespace icure::sync::write
