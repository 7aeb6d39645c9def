// App: everything that runs, in the order of construction; destruction is the reverse.
#pragma once
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/api/audit_api.h"
#include "daemon/api/auth_api.h"
#include "daemon/api/brake_api.h"
#include "daemon/api/events_api.h"
#include "daemon/api/invite_api.h"
#include "daemon/api/key_api.h"
#include "daemon/api/metrics_api.h"
#include "daemon/api/outbox_api.h"
#include "daemon/api/owner_api.h"
#include "daemon/api/owner_search_api.h"
#include "daemon/api/owner_write_api.h"
#include "daemon/api/status_api.h"
#include "daemon/api/store_api.h"
#include "daemon/api/sync_api.h"
#include "daemon/api/token_api.h"
#include "daemon/api/user_api.h"
#include "daemon/api/user_write_api.h"
#include "daemon/base/scope.h"
#include "daemon/config_file.h"
#include "daemon/event_upkeep.h"
#include "daemon/inviting.h"
#include "daemon/loop/each_turn.h"
#include "daemon/loop/network.h"
#include "daemon/loop/signals.h"
#include "daemon/loop/system_clock.h"
#include "daemon/loop/turn_meter.h"
#include "daemon/loop/worker.h"
#include "daemon/open_store.h"
#include "daemon/store_watch.h"
#include "ipc/hello.h"
#include "ipc/server.h"
#include "sync/approve.h"
#include "sync/brake.h"
#include "sync/engine.h"
#include "sync/hints.h"
#include "sync/keys/keys.h"
#include "sync/live.h"
#include "sync/login/logins.h"
#include "sync/outbox/document_write.h"
#include "sync/outbox/outbox.h"
#include "sync/platform/curl_http.h"
#include "sync/platform/curl_websocket.h"
#include "sync/refresh.h"

namespace icure {

inline constexpr const char* kVersion = PROJECT_VERSION;

/// Loop thread only. To be destroyed after run() has returned.
class App {
 public:
  App(uv_loop_t& loop, Random& random, Clock& clock, ConfigSources sources, LoadedConfig loaded,
      OpenStore store);
  ~App();

  /// Serves the socket. To be called once, before run().
  Result<Done, StartFailure> listen();
  /// Runs the loop until SIGTERM or SIGINT.
  void run();

 private:
  void apply(const LoadedConfig& loaded, std::vector<ipc::AccessRule> rules);
  void keep_until_restart(LoadedConfig& loaded) const;
  void reload();
  void stop();
  void changed();
  void mirror_changed();
  void tell(std::string change);
  void store_changed(store::Condition::Is now);
  Task<Done> sync_again();
  Task<Done> give_back_memory();
  void tell_turns() const;
  Task<Done> watch(std::stop_token stop);

  uv_loop_t& loop_;
  Clock& clock_;
  ConfigSources sources_;
  LoadedConfig config_;
  OpenStore store_;
  loop::EachTurn end_reads_;  // a read transaction lasts a turn: longer ones hold up checkpoints
  loop::TurnMeter turns_;
  loop::Worker mirror_thread_;
  loop::Worker ledger_thread_;
  loop::Worker audit_thread_;
  loop::Worker scan_thread_;
  loop::Worker parse_thread_;
  loop::Worker scrypt_thread_;
  loop::Worker upkeep_thread_;  // backups and checks, which read whole files
  sync::CurlHttp http_;
  sync::Session session_;
  sync::Rest rest_;
  sync::Brake brake_;
  sync::Sweeper sweeper_;
  sync::Engine engine_;
  sync::Refresher refresher_;
  sync::Approver approver_;
  sync::CurlWebsockets websockets_;
  sync::Hints hints_;
  sync::Live live_;
  sync::CreateDocument create_;
  sync::EditDocument edit_;
  sync::RemoveDocument remove_;
  sync::Outbox outbox_;
  Inviting inviting_;
  sync::Keys keys_;
  sync::Logins logins_;
  api::AuditTrail audit_trail_;
  api::RequestCounts request_counts_;
  api::Directory directory_;
  api::UserApi user_api_;
  api::OwnerApi owner_api_;
  api::OwnerSearchApi owner_search_api_;
  api::KeyApi key_api_;
  api::Writes writes_;
  api::UserWriteApi user_write_api_;
  api::OwnerWriteApi owner_write_api_;
  api::TokenApi token_api_;
  api::InviteApi invite_api_;
  api::OutboxApi outbox_api_;
  api::AuthApi auth_api_;
  api::SyncApi sync_api_;
  api::BrakeApi brake_api_;
  api::AuditApi audit_api_;
  api::MetricsApi metrics_api_;
  api::StatusApi status_api_;
  api::StoreApi store_api_;
  api::EventsApi events_api_;
  loop::EachTurn tell_events_;
  loop::EachTurn tell_changes_;
  EventUpkeep event_upkeep_;
  StoreWatch store_watch_;
  ipc::Methods methods_;
  ipc::Hello hello_;
  ipc::Server server_;
  Scope scope_;
  Scope audit_scope_;  // of the audit trail, which outlives the last call
  std::vector<std::unique_ptr<loop::Signal>> signals_;
  loop::Network network_;
  loop::Timer last_resort_;
  std::string told_state_;  // the last one that was an event
  store::Changes told_changes_ = 0;
  std::string swept_up_after_;  // the run's id
  bool stopping_ = false;
};

}  // namespace icure
