// "owner.get", "owner.list" and "owner.access": healthcare professionals, patients and devices.
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

class OwnerApi {
 public:
  OwnerApi(Directory& directory, sync::Keys& keys) : directory_(directory), keys_(keys) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer get(ipc::Call call, OwnerGet request);
  ipc::Methods::Answer list(ipc::Call call, OwnerList request);
  ipc::Methods::Answer access(ipc::Call call, OwnerGet request);

  /// A patient as imported keys open it; its json is empty where nothing is opened.
  Task<Result<store::DecryptedRow>> opened(const store::Row& row);

  Directory& directory_;
  sync::Keys& keys_;
};

}  // namespace icure::api
