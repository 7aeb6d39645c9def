// "sync.plan", "sync.approve" and "sync.tombstones": what a sync would change, what is held back of
// that, and what is gone.
#pragma once
#include "daemon/api/directory.h"
#include "ipc/methods.h"
#include "sync/approve.h"
#include "sync/sweep.h"

namespace icure::api {

struct BatchApprove {
  std::string batch;
  std::string decision;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("batch", &BatchApprove::batch, "the id of a braked batch, from daemon.status"),
        ipc::param("decision", &BatchApprove::decision,
                   "apply: the platform is right; discard: keep what the mirror has")
            .allowed({"apply", "discard"}));
  }
};

struct TombstoneList {
  std::optional<std::string> kind;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("kind", &TombstoneList::kind, "only this kind; default: all you may read")
            .allowed({"user", "hcp", "patient", "device"}),
        ipc::param("cursor", &TombstoneList::cursor, "`next` of the page before"),
        ipc::param("limit", &TombstoneList::limit, "rows of a page; default 100").range(1, 1000));
  }
  Result<Done> check() const { return check_cursor(cursor); }
};

class BrakeApi {
 public:
  BrakeApi(Directory& directory, sync::Sweeper& sweeper, sync::Approver& approver)
      : directory_(directory), sweeper_(sweeper), approver_(approver) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer plan(ipc::Call call, ipc::NoParams request);
  ipc::Methods::Answer approve(ipc::Call call, BatchApprove request);
  ipc::Methods::Answer tombstones(ipc::Call call, TombstoneList request);

  Directory& directory_;
  sync::Sweeper& sweeper_;
  sync::Approver& approver_;
};

}  // namespace icure::api
