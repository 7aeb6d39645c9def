// The "owner.*" methods that write.
#pragma once
#include "daemon/api/write_params.h"
#include "daemon/api/writes.h"

namespace icure::api {

struct OwnerCreate : Keyed {
  std::string type;
  ipc::RawJson dataOwner;  // NOLINT(readability-identifier-naming): the contract's
  static constexpr auto params();
};

struct OwnerModify : Keyed {
  std::string id;
  ipc::RawJson patch;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it.
class OwnerWriteApi {
 public:
  explicit OwnerWriteApi(const Writes& writes) : writes_(writes) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer create(ipc::Call call, OwnerCreate request);
  ipc::Methods::Answer modify(ipc::Call call, OwnerModify request);

  const Writes& writes_;
};

}  // namespace icure::api
