// The "owner.*" methods that read: healthcare professionals, patients and devices.
#pragma once
#include "daemon/api/directory.h"
#include "daemon/api/reads.h"
#include "ipc/methods.h"
#include "sync/keys/keys.h"

namespace icure::api {

struct OwnerGet : Freshness {
  std::string id;
  static constexpr auto params();
};

struct OwnerList : Freshness {
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  std::optional<std::string> type;
  std::optional<std::vector<std::string>> ids;
  static constexpr auto params();
  Result<Done> check() const;
};

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

class OwnerApi {
 public:
  OwnerApi(Directory& directory, sync::Keys& keys) : directory_(directory), keys_(keys) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer get(ipc::Call call, OwnerGet request);
  ipc::Methods::Answer list(ipc::Call call, OwnerList request);
  ipc::Methods::Answer search(ipc::Call call, OwnerSearch request);
  ipc::Methods::Answer access(ipc::Call call, OwnerGet request);

  /// The kinds that an answer may be made of: those asked for, else all that the caller may see
  /// and that are mirrored. Fails with forbidden or not_mirrored.
  Result<std::vector<Kind>> kinds_for(const ipc::Grant& grant,
                                      const std::optional<std::string>& type) const;
  Result<Found> exact(const std::vector<Kind>& kinds, const OwnerSearch& request,
                      store::Sight sight) const;
  /// Of the kinds that are mirrored: those that the caller may see, and whether there are others.
  std::vector<Kind> visible(const ipc::Grant& grant) const;
  bool hides_any(const ipc::Grant& grant) const;
  /// What the request finds in the mirror. `request` outlives the task.
  Task<Result<Found>> hits(std::vector<Kind> kinds, const OwnerSearch& request, store::Sight sight);

  /// A patient as imported keys open it; its json is empty where nothing is opened.
  Task<Result<store::DecryptedRow>> opened(const store::Row& row);

  Directory& directory_;
  sync::Keys& keys_;
};

}  // namespace icure::api
