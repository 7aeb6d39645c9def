// Who may do and see what: the [[access]] rules, and what they add up to for one caller. Pure.
#pragma once
#include <sys/types.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"
#include "ipc/peer.h"

namespace icure::ipc {

enum class Role { none, reader, operator_, admin };  ///< Each may do what those before it may.

std::string_view name_of(Role role);  ///< As in the configuration: "operator".
std::optional<Role> role_named(std::string_view name);

/// One [[access]] table. With both `user` and `group` both must match; with neither, none does.
struct AccessRule {
  std::optional<uid_t> user;
  std::optional<gid_t> group;
  Role role = Role::none;
  std::optional<std::vector<Kind>> kinds;           ///< Absent: all.
  std::map<Kind, std::vector<std::string>> fields;  ///< Of a kind without a list all are visible.
  bool decrypted = false;                           ///< An admin's rule needs no such word.
};

/// What one caller may do. The default may do nothing.
class Grant {
 public:
  Role role = Role::none;

  bool may_see(Kind kind) const { return seen_[index_of(kind)].kind; }
  bool decrypted(Kind kind) const { return seen_[index_of(kind)].decrypted; }
  /// Sorted names of the visible members, `id` and `rev` among them; null: all.
  const std::vector<std::string>* fields(Kind kind) const;
  /// Whether rows may be looked up by `member`: only by what the caller could read.
  bool may_look_up_by(Kind kind, std::string_view member) const;

  /// Fails with forbidden, in words that name the kind.
  Result<Done> check(Kind kind) const;

  void allow_all(Role as);           ///< Every kind, every field, decrypted.
  void add(const AccessRule& rule);  ///< Adds what a matching rule gives.

 private:
  struct Seen {
    bool kind = false;
    bool decrypted = false;
    bool all_fields = false;
    std::vector<std::string> fields;  // sorted
  };
  std::array<Seen, kAllKinds.size()> seen_;
};

/// Root and `own_uid` are admin; anybody else is what the matching rules add up to.
Grant grant_for(const Peer& peer, const std::vector<AccessRule>& rules, uid_t own_uid);

/// A document with its visible top-level members only, in their order; untouched if all are. What
/// does not parse comes back as "{}": rather nothing than too much.
std::string visible(const Grant& grant, Kind kind, std::string json);

}  // namespace icure::ipc
