// "daemon.status" and "config.show": how it goes, for people and their monitoring.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "daemon/api/audit_trail.h"
#include "daemon/api/directory.h"
#include "daemon/api/warning.h"
#include "daemon/config_file.h"
#include "ipc/methods.h"
#include "store/condition.h"
#include "sync/keys/keys.h"
#include "sync/live.h"
#include "sync/outbox/outbox.h"
#include "sync/session.h"

namespace icure::api {

/// What the daemon's status is made of, besides the engine and the mirror.
struct Facts {
  std::string version;
  WallTime started{};
  std::vector<Warning> warnings;  ///< Of the start; they stay.
};

class StatusApi {
 public:
  StatusApi(Directory& directory, const sync::Session& session, const sync::Live& live,
            const sync::Outbox& outbox, const sync::Keys& keys, const AuditTrail& audit,
            store::Condition& condition, Facts facts)
      : directory_(directory),
        session_(session),
        live_(live),
        outbox_(outbox),
        keys_(keys),
        audit_(audit),
        condition_(condition),
        facts_(std::move(facts)) {}
  void register_on(ipc::Methods& methods);
  /// The store's condition is another one by now.
  void condition_changed() { condition_since_ = directory_.clock.wall(); }
  /// What `config.show` answers from now on.
  void show(std::vector<ShownValue> values) { shown_ = std::move(values); }
  /// Warns of changes that wait for longer.
  void warn_after(Millis age) { warn_after_ = age; }
  /// One line for systemd, such as "online; 5000 users, 200 hcps".
  /// `state` as daemon.status answers it.
  std::string state_name() const { return state().name; }
  std::string summary() const;

 private:
  struct State {
    std::string name;
    sync::Cause cause = sync::Cause::none;
    WallTime since{};
  };
  State state() const;
  Warning warning_of(sync::Cause cause) const;
  static Warning explain(const store::Batch& batch);
  ipc::Methods::Answer status(ipc::Call call, ipc::NoParams);
  ipc::Methods::Answer config(ipc::Call call, ipc::NoParams);

  Directory& directory_;
  const sync::Session& session_;
  const sync::Live& live_;
  const sync::Outbox& outbox_;
  const sync::Keys& keys_;
  const AuditTrail& audit_;
  store::Condition& condition_;
  Millis warn_after_{0};
  Facts facts_;
  std::optional<WallTime> condition_since_;
  std::vector<ShownValue> shown_;
};

}  // namespace icure::api
