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

struct SyncPause {
  std::optional<std::int64_t> for_s;
  static constexpr auto params() {
    return std::tuple(ipc::param("for_s", &SyncPause::for_s,
                                 "seconds after which it goes on by itself; default: a week")
                          .range(1, 30L * 24 * 3600));
  }
};

struct SyncHistory {
  std::optional<std::int64_t> limit;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("limit", &SyncHistory::limit, "rows at most; default: 20").range(1, 1000));
  }
};

class SyncApi {
 public:
  explicit SyncApi(sync::Engine& engine) : engine_(engine) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer run(ipc::Call call, SyncRun request);
  ipc::Methods::Answer pause(ipc::Call call, SyncPause request);
  ipc::Methods::Answer resume(ipc::Call call, ipc::NoParams request);
  ipc::Methods::Answer history(ipc::Call call, SyncHistory request);
  sync::Engine& engine_;
};

}  // namespace icure::api
