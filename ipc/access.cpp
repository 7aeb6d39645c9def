#include "ipc/access.h"

#include <algorithm>
#include <cstdlib>

namespace icure::ipc {
namespace {

constexpr std::array<std::string_view, 4> kRoleNames = {"none", "reader", "operator", "admin"};

bool matches(const AccessRule& rule, const Peer& peer) {
  if (!rule.user && !rule.group) return false;
  if (rule.user && *rule.user != peer.uid) return false;
  return !rule.group || *rule.group == peer.gid ||
         std::find(peer.groups.begin(), peer.groups.end(), *rule.group) != peer.groups.end();
}

void insert(std::vector<std::string>& sorted, std::string_view name) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  if (at == sorted.end() || *at != name) sorted.emplace(at, name);
}

}  // namespace

std::string_view name_of(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<Role> role_named(std::string_view name) {
  for (const auto role : {Role::reader, Role::operator_, Role::admin}) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}

const std::vector<std::string>* Grant::fields(Kind kind) const {
  const auto& seen = seen_[index_of(kind)];
  return seen.all_fields ? nullptr : &seen.fields;
}

bool Grant::may_look_up_by(Kind kind, std::string_view member) const {
  if (!may_see(kind)) return false;
  const auto* list = fields(kind);
  return !list || std::binary_search(list->begin(), list->end(), member);
}

Result<Done> Grant::check(Kind kind) const {
  if (may_see(kind)) return Done{};
  return Error{Code::forbidden,
               "your rights do not cover the kind \"" + std::string(name_of(kind)) + "\"",
               "an administrator can add it to your [[access]] rule in the configuration"};
}

void Grant::allow_all(Role as) {
  role = std::max(role, as);
  seen_.fill({.kind = true, .decrypted = true, .all_fields = true, .fields = {}});
}

void Grant::add(const AccessRule& rule) {
  role = std::max(role, rule.role);
  for (const auto kind : kAllKinds) {
    if (rule.kinds &&
        std::find(rule.kinds->begin(), rule.kinds->end(), kind) == rule.kinds->end()) {
      continue;
    }
    auto& seen = seen_[index_of(kind)];
    seen.kind = true;
    seen.decrypted |= rule.decrypted || rule.role == Role::admin;
    const auto listed = rule.fields.find(kind);
    seen.all_fields |= listed == rule.fields.end();
    for (const auto* name : {"id", "rev"}) insert(seen.fields, name);
    if (listed == rule.fields.end()) continue;
    for (const auto& name : listed->second) insert(seen.fields, name);
  }
}

Grant grant_for(const Peer& peer, const std::vector<AccessRule>& rules, uid_t own_uid) {
  Grant grant;
  if (peer.uid == 0 || peer.uid == own_uid) grant.allow_all(Role::admin);
  for (const auto& rule : rules) {
    if (matches(rule, peer)) grant.add(rule);
  }
  return grant;
}

}  // namespace icure::ipc
