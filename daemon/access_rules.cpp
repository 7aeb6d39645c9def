#include "daemon/access_rules.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>

namespace icure {
namespace {

std::optional<unsigned> number(const std::string& text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ptr != end || text.empty()) return std::nullopt;
  return value;
}

Result<uid_t> user_id(const std::string& name) {
  if (const auto id = number(name)) return uid_t(*id);
  if (const auto* entry = getpwnam(name.c_str())) return entry->pw_uid;
  return Error{Code::invalid, "this machine has no user \"" + name + "\""};
}

}  // namespace

Result<gid_t> group_id(const std::string& name) {
  if (const auto id = number(name)) return gid_t(*id);
  if (const auto* entry = getgrnam(name.c_str())) return entry->gr_gid;
  return Error{Code::invalid, "this machine has no group \"" + name + "\""};
}

Result<std::vector<ipc::AccessRule>, std::vector<std::string>> resolve_access(
    const std::vector<AccessConfig>& rules) {
  std::vector<ipc::AccessRule> resolved;
  std::vector<std::string> faults;
  for (const auto& rule : rules) {
    ipc::AccessRule made;
    if (!rule.user.empty()) {
      if (auto id = user_id(rule.user)) {
        made.user = *id;
      } else {
        faults.push_back("access.user: " + id.error().message);
      }
    }
    if (!rule.group.empty()) {
      if (auto id = group_id(rule.group)) {
        made.group = *id;
      } else {
        faults.push_back("access.group: " + id.error().message);
      }
    }
    made.role = ipc::role_named(rule.role).value_or(ipc::Role::none);
    made.kinds = rule.kinds;
    made.fields = rule.fields;
    made.decrypted = rule.decrypted;
    resolved.push_back(std::move(made));
  }
  if (!faults.empty()) return faults;
  return resolved;
}

}  // namespace icure
