// Carries invitations out: a user, a token for it, a message that tells the token; or, when one is
// taken back, the same undone. Each step is on the disk before the next begins, and asks whether it
// was done before.
#pragma once
#include <set>
#include <string>

#include "daemon/base/background.h"
#include "store/invitation.h"
#include "store/mirror.h"
#include "sync/gateway.h"
#include "sync/outbox/operation.h"
#include "sync/outbox/wording.h"
#include "sync/refresh.h"
#include "sync/user_calls.h"

namespace icure::sync {

struct InviteOptions {
  std::chrono::seconds token_validity{172'800};
  Wording wording;
};

/// What all attempts work with; outlives them.
struct InviteTools {
  store::Invitations& invitations;  // touched on the ledger's thread only
  Background& ledger_thread;
  store::MirrorReader& mirror;  // the loop thread's own
  Rest& rest;
  UserCalls& users;
  Gateway& gateway;
  Refresher& refresher;
  Clock& clock;
  InviteOptions options;
  std::set<std::string> taken_back;  ///< Of these items' attempts that are under way.
};

/// For items of op invite.create. Loop thread only.
class InviteOperation final : public Operation {
 public:
  explicit InviteOperation(InviteTools tools) : tools_(std::move(tools)) {}

  void configure(InviteOptions options) { tools_.options = std::move(options); }

  /// The goal of this item's invitation is being changed to cancel, by a job that is given to the
  /// ledger's thread in this turn: an attempt that is under way turns round after its present step,
  /// if the ledger says so then.
  void take_back(const std::string& item) { tools_.taken_back.insert(item); }
  /// It is not, or no attempt is under way.
  void forget(const std::string& item) { tools_.taken_back.erase(item); }

  Task<Outcome> attempt(store::Item& item, Progress& progress, std::stop_token stop) override;

 private:
  InviteTools tools_;
};

}  // namespace icure::sync
