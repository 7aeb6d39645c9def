// Invites: what programs and people ask of invitations, and how it is noticed that an invited
// person has come. What is accepted here is carried out by the outbox.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "sync/outbox/invite.h"
#include "sync/outbox/invite_prepare.h"
#include "sync/outbox/outbox.h"

namespace icure::sync {

struct InvitesOptions {
  InviteRules rules;
  std::uint64_t per_day = 500;  ///< Above it new ones are held.
};

/// An invitation with all that is shown of it.
struct InvitationView {
  store::Invitation invitation;
  store::Item item;  ///< Without content.
  std::vector<store::Step> steps;
};

/// Where an invitation would go.
struct InviteForecast {
  std::string channel;
  std::string contact;
};

/// Loop thread only; outlives its tasks.
class Invites {
 public:
  /// What it is made of; all outlives it.
  struct Parts {
    store::Outbox& ledger;  // these two are touched on the ledger's thread only
    store::Invitations& invitations;
    Background& ledger_thread;
    store::MirrorReader& mirror;  // touched on that thread only
    Background& mirror_thread;
    Outbox& outbox;
    InviteOperation& operation;
    const Gateway& gateway;
    const Clock& clock;
    Random& random;
  };
  explicit Invites(Parts parts) : parts_(parts) {}

  void configure(InvitesOptions options) { options_ = std::move(options); }

  /// Takes an invitation in: when this returns, it is on the disk. Fails as prepare_invitation(),
  /// with conflict if the person is invited already, and as Outbox::enqueue.
  Task<Result<InvitationView>> create(InviteRequest request, InviteSubjects subjects,
                                      store::IdempotencyKey key);
  /// Whether create() would take it in, under a key that is new. Keeps nothing, sends nothing.
  Task<Result<InviteForecast>> check(InviteRequest request, InviteSubjects subjects,
                                     store::IdempotencyKey key);
  /// Takes it back: at once if its user was not made yet, else as soon as the platform can be
  /// reached; then the state tells. Fails with conflict if the person has come.
  Task<Result<InvitationView>> cancel(std::string id, store::IdempotencyKey key);
  /// A new token and a new message for the same user; of one that was not sent yet, the next try
  /// is now, unless one is under way. Fails with conflict where there is nothing to send any more.
  Task<Result<InvitationView>> resend(std::string id, store::IdempotencyKey key);

  /// Fails with not_found.
  Task<Result<InvitationView>> get(std::string id);
  Task<Result<std::vector<InvitationView>>> list(store::InvitationQuery query);

  /// Compares those who were sent a message with the mirror, if that has changed since the last
  /// time. To be called when it has. False: not all of them, to be called again soon.
  Task<bool> look_for_arrivals();
  /// This user has logged in through us.
  Task<Done> logged_in(std::string user);
  /// There is a gateway now: what was blocked for want of one goes on.
  Task<Done> gateway_configured();

 private:
  struct Loaded {
    store::Invitation invitation;
    store::Item item;
  };
  using Change = Result<bool> (*)(Loaded& loaded, const Parts& parts);

  Result<Loaded> load(const std::string& id) const;
  static Result<bool> take_back(Loaded& loaded, const Parts& parts);
  static bool has_sent(const Loaded& loaded);
  static Result<bool> send_again(Loaded& loaded, const Parts& parts);
  Task<Result<InvitationView>> change(std::string id, store::IdempotencyKey key, Change how,
                                      std::string step);
  struct Seen {
    std::optional<std::string> accepted_as;  ///< The same request was, as this item.
    std::uint64_t today = 0;                 ///< Invitations of the last 24 h.
  };
  Task<Result<Seen>> look_before(const std::string& owner, const store::IdempotencyKey& key);
  Task<bool> look();
  Task<Done> came(std::string id, std::string by);

  Parts parts_;
  InvitesOptions options_;
  std::optional<store::Changes> looked_at_;  // the mirror as of the last look
  bool looking_ = false;
};

}  // namespace icure::sync
