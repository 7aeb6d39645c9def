#include "daemon/api/owner_kinds.h"

#include <algorithm>
#include <array>

#include "daemon/api/document.h"

namespace icure::api {
namespace {

constexpr std::array kOwnerKinds = {Kind::hcp, Kind::patient, Kind::device};

}  // namespace

Result<std::vector<Kind>> owner_kinds(const Directory& directory, const ipc::Grant& grant,
                                      const std::optional<std::string>& type) {
  if (type) {
    const auto kind = *kind_named(*type);
    if (auto seen = grant.check(kind); !seen) return seen.error();
    if (auto complete = directory.require_complete(kind); !complete) return complete.error();
    return std::vector{kind};
  }
  std::vector<Kind> kinds;
  std::optional<Error> why;
  for (const auto kind : kOwnerKinds) {
    auto usable = grant.check(kind);
    if (usable) usable = directory.require_complete(kind);
    if (usable) kinds.push_back(kind);
    // Of several reasons the last one that concerns a kind the caller may see helps most.
    if (!usable && (!why || usable.error().code != Code::forbidden)) why = usable.error();
  }
  if (kinds.empty()) return *why;
  return kinds;
}

std::vector<Kind> visible_owner_kinds(const Directory& directory, const ipc::Grant& grant) {
  std::vector<Kind> kinds;
  for (const auto kind : kOwnerKinds) {
    if (directory.configured(kind) && grant.may_see(kind)) kinds.push_back(kind);
  }
  return kinds;
}

bool hides_owner_kinds(const Directory& directory, const ipc::Grant& grant) {
  return std::any_of(kOwnerKinds.begin(), kOwnerKinds.end(),
                     [&](Kind kind) { return directory.configured(kind) && !grant.may_see(kind); });
}

std::vector<std::string> owner_rows(const ipc::Grant& grant, Found found) {
  std::vector<std::string> rows;
  for (auto& hit : found.hits) {
    rows.push_back(R"({"type":")" + std::string(name_of(hit.kind)) + R"(","dataOwner":)" +
                   outward(grant, hit.kind, std::move(hit.row)) + '}');
  }
  return rows;
}

}  // namespace icure::api
