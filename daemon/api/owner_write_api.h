// The "owner.*" methods that write.
#pragma once
#include "daemon/api/write_params.h"
#include "daemon/api/writes.h"
#include "sync/keys/keys.h"

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
  OwnerWriteApi(const Writes& writes, sync::Keys& keys) : writes_(writes), keys_(keys) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer create(ipc::Call call, OwnerCreate request);
  ipc::Methods::Answer modify(ipc::Call call, OwnerModify request);

  /// The record with what imported keys open in it.
  struct Opened {
    std::string document;  // the platform's; empty: nothing is encrypted in it
    sync::OpenedPatient patient;
  };
  Task<Opened> opened_of(std::string id);

  const Writes& writes_;
  sync::Keys& keys_;
};

}  // namespace icure::api
