// "owner.search": data owners by words and by exact values.
#pragma once
#include "daemon/api/directory.h"
#include "daemon/api/reads.h"
#include "ipc/methods.h"

namespace icure::api {

struct OwnerSearch : Freshness {
  std::optional<std::string> text;
  std::optional<std::string> type;
  std::optional<std::int64_t> dateOfBirth;  // NOLINT(readability-identifier-naming): the contract's
  std::optional<std::string> ssin;
  std::optional<std::string> identifier;
  std::optional<std::int64_t> limit;
  static constexpr auto params();
  Result<Done> check() const;
};

class OwnerSearchApi {
 public:
  explicit OwnerSearchApi(Directory& directory) : directory_(directory) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer search(ipc::Call call, OwnerSearch request);
  Result<Found> exact(const std::vector<Kind>& kinds, const OwnerSearch& request,
                      store::Sight sight) const;
  /// What the request finds in the mirror. `request` outlives the task.
  Task<Result<Found>> hits(std::vector<Kind> kinds, const OwnerSearch& request, store::Sight sight);

  Directory& directory_;
};

}  // namespace icure::api
