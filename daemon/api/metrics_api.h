// "daemon.metrics": figures for monitoring, as OpenMetrics text.
#pragma once
#include <string>

#include "daemon/api/audit_trail.h"
#include "daemon/api/directory.h"
#include "daemon/api/request_counts.h"
#include "ipc/methods.h"
#include "sync/outbox/outbox.h"
#include "sync/rest.h"

namespace icure::api {

class MetricsApi {
 public:
  struct Parts {
    Directory& directory;
    const sync::Rest& rest;
    const sync::Outbox& outbox;
    const AuditTrail& audit;
    const RequestCounts& requests;
    std::string version;
    WallTime started;
    std::string store_directory;
  };

  explicit MetricsApi(Parts parts) : parts_(std::move(parts)) {}
  void register_on(ipc::Methods& methods);

 private:
  ipc::Methods::Answer metrics(ipc::Call call, ipc::NoParams request);
  Result<Done> write_mirror(OpenMetrics& out, const ipc::Grant& grant) const;
  void write_line(OpenMetrics& out) const;
  void write_outbox(OpenMetrics& out) const;
  void write_store(OpenMetrics& out) const;

  Parts parts_;
};

}  // namespace icure::api
