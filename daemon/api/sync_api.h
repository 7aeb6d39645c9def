// The "sync.*" methods: what a client may ask of the sync engine.
#pragma once
#include "ipc/methods.h"
#include "store/ledger.h"
#include "sync/engine.h"

namespace icure::api {

struct SyncRun {
  std::optional<bool> full;
  std::optional<bool> wait;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("full", &SyncRun::full, "compare everything; default: new and gone ids only"),
        ipc::param("wait", &SyncRun::wait, "answer when the run is finished, not when it began"));
  }
};

class SyncApi {
 public:
  explicit SyncApi(sync::Engine& engine) : engine_(engine) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer run(ipc::Call call, SyncRun request);
  sync::Engine& engine_;
};

}  // namespace icure::api
