// Inviting: everything that invitations are made of, configured together.
#pragma once
#include <uv.h>

#include "daemon/base/nap.h"
#include "daemon/config.h"
#include "store/open.h"
#include "sync/outbox/invites.h"
#include "sync/platform/curl_http.h"

namespace icure {

/// Loop thread only; outlives the tasks of its parts.
class Inviting {
 public:
  /// What it needs; all outlives it.
  struct Parts {
    uv_loop_t& loop;
    store::Stores& files;
    store::MirrorReader& point;  // the loop thread's
    store::MirrorReader& scan;   // touched on that thread only
    Background& ledger_thread;
    Background& scan_thread;
    sync::Session& session;
    sync::Rest& rest;
    sync::Refresher& refresher;
    sync::Outbox& outbox;
    Clock& clock;
    Random& random;
  };
  /// Takes over the invitations of `outbox`.
  explicit Inviting(Parts parts);

  /// `login` is the daemon's own: the gateway knows it as the platform does.
  void configure(const Config& config, sync::Login login);

  sync::Invites& invites() { return invites_; }
  sync::UserCalls& users() { return users_; }
  /// What was blocked for want of a gateway goes on, and who has come is noticed, until `stop` is
  /// requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);
  /// The mirror is another one than before.
  void mirror_changed() { nap_.wake(); }

 private:
  Clock& clock_;
  sync::CurlHttp http_;
  sync::Gateway gateway_;
  sync::UserCalls users_;
  sync::InviteOperation operation_;
  sync::Invites invites_;
  Nap nap_;
  bool gateway_is_new_ = false;
};

}  // namespace icure
