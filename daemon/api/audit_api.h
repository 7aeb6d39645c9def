// "audit.list" and "audit.verify": who read or changed which record.
#pragma once
#include "daemon/api/audit_trail.h"
#include "ipc/methods.h"

namespace icure::api {

struct AuditList {
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> limit;
  static constexpr auto params() {
    return std::tuple(
        ipc::param("since", &AuditList::since, "only entries after this number")
            .range(0, INT64_MAX),
        ipc::param("limit", &AuditList::limit, "rows of a page; default 100").range(1, 1000));
  }
};

class AuditApi {
 public:
  explicit AuditApi(AuditTrail& trail) : trail_(trail) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer list(ipc::Call call, AuditList request);
  ipc::Methods::Answer verify(ipc::Call call, ipc::NoParams request);
  AuditTrail& trail_;
};

}  // namespace icure::api
