// What a caller asks to be written, checked against what is known here, and made an item of the
// outbox: with the ids chosen, the base of an edit kept, and what reads show meanwhile. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/random.h"
#include "store/outbox.h"

namespace icure::sync {

/// What a caller may ask for. Roles, permissions and the owners of existing users are an
/// administrator's.
enum class Right { operation, administration };

/// The entity that is to be changed, as it is known here.
struct Known {
  std::string document;  ///< As reads show it.
  std::string platform;  ///< Without what is queued; empty if it is to be created yet.
  std::vector<std::string> decrypted = {};  ///< Its members that were found in encrypted parts.
  bool unread = true;  ///< There may be others, if it has encrypted parts at all.
};

struct Asked {
  Right right = Right::operation;
  WallTime now{};
};

// Each makes an item without an id, whose overlay's `after` is the entity as it will be. All fail
// with invalid, naming the member, where the document or patch is not one that may be written;
// with forbidden where it takes an administrator; and with conflict where `rev` is given and is
// not that of what is known.

Result<store::Item> prepare_user_create(std::string_view user, const Asked& asked, Random& random);
Result<store::Item> prepare_user_modify(const Known& known, std::string_view patch,
                                        const std::optional<std::string>& rev, const Asked& asked);
enum class UserState { active, disabled };
/// user.enable or user.disable.
Result<store::Item> prepare_user_state(const Known& known, UserState state, const Asked& asked);
Result<store::Item> prepare_user_delete(const Known& known, const Asked& asked);

/// Professionals and devices only: a patient's record is made where its keys are.
Result<store::Item> prepare_owner_create(Kind kind, std::string_view owner, const Asked& asked,
                                         Random& random);
/// Refuses what would show in clear what is encrypted, or lose it.
Result<store::Item> prepare_owner_modify(Kind kind, const Known& known, std::string_view patch,
                                         const Asked& asked);

}  // namespace icure::sync
