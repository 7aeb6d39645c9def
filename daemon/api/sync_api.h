// The "sync.*" methods: what a client may ask of the sync engine and of its brake.
#pragma once
#include "daemon/api/directory.h"
#include "ipc/methods.h"
#include "store/ledger.h"
#include "sync/approve.h"
#include "sync/engine.h"
#include "sync/sweep.h"

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

struct SyncApprove {
  std::string batch;
  std::string decision;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("batch", &SyncApprove::batch, "the id of a braked batch, from daemon.status"),
        ipc::param("decision", &SyncApprove::decision,
                   "apply: the platform is right; discard: keep what the mirror has")
            .allowed({"apply", "discard"}));
  }
};

struct SyncTombstones {
  std::optional<std::string> kind;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("kind", &SyncTombstones::kind, "only this kind; default: all you may read")
            .allowed({"user", "hcp", "patient", "device"}),
        ipc::param("cursor", &SyncTombstones::cursor, "`next` of the page before"),
        ipc::param("limit", &SyncTombstones::limit, "rows of a page; default 100").range(1, 1000));
  }
  Result<Done> check() const { return check_cursor(cursor); }
};

class SyncApi {
 public:
  SyncApi(Directory& directory, sync::Sweeper& sweeper, sync::Approver& approver)
      : directory_(directory), sweeper_(sweeper), approver_(approver) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer run(ipc::Call call, SyncRun request);
  ipc::Methods::Answer plan(ipc::Call call, ipc::NoParams request);
  ipc::Methods::Answer approve(ipc::Call call, SyncApprove request);
  ipc::Methods::Answer tombstones(ipc::Call call, SyncTombstones request);

  Directory& directory_;
  sync::Sweeper& sweeper_;
  sync::Approver& approver_;
};

}  // namespace icure::api
