#include "daemon/access_rules.h"

#include "daemon/names.h"

namespace icure {

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
