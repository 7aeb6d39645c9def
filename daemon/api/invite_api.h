// The "invite.*" methods.
#pragma once
#include "daemon/api/write_params.h"
#include "daemon/api/writes.h"
#include "sync/outbox/invites.h"

namespace icure::api {

struct InviteCreate : Keyed {
  std::string owner;
  std::optional<std::string> inviter;
  std::optional<std::string> channel;
  std::optional<std::string> contact;
  std::string link;
  std::string solution;
  std::optional<std::string> subject;
  std::optional<std::string> template_name;
  std::optional<std::string> not_before;
  std::optional<std::string> expires;
  static constexpr auto params();
  Result<Done> check() const;
};

struct InviteGet : Freshness {
  std::string id;
  static constexpr auto params();
};

struct InviteList : Freshness {
  std::optional<std::string> state;
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  static constexpr auto params();
  Result<Done> check() const;
};

/// invite.cancel, invite.resend.
struct InviteChange : Keyed {
  std::string id;
  static constexpr auto params();
};

/// Loop thread only. What it refers to outlives it.
class InviteApi {
 public:
  InviteApi(const Writes& writes, sync::Invites& invites) : writes_(writes), invites_(invites) {}
  void register_on(ipc::Methods& methods);
  /// What the daemon logs in with: its user's professional is the usual inviter.
  void configure(std::string login) { login_ = std::move(login); }

 private:
  ipc::Methods::Answer create(ipc::Call call, InviteCreate request);
  ipc::Methods::Answer check(ipc::Call call, InviteCreate request);
  ipc::Methods::Answer get(ipc::Call call, InviteGet request);
  ipc::Methods::Answer list(ipc::Call call, InviteList request);
  ipc::Methods::Answer cancel(ipc::Call call, InviteChange request);
  ipc::Methods::Answer resend(ipc::Call call, InviteChange request);

  Task<Source> ask_first(const Freshness& freshness, ipc::Call call);
  struct Checked {
    std::optional<std::string> before;  ///< The same request was taken in, as this item; no more.
    sync::InviteRequest asked;
    sync::InviteSubjects subjects;
    store::IdempotencyKey key;
  };
  Task<Result<Checked>> checked(ipc::Call call, InviteCreate request);
  /// Fails with not_found, or with forbidden where the caller may not see whom it is about.
  Task<Result<sync::InvitationView>> seen(ipc::Call call, std::string id);
  Result<sync::InviteSubjects> subjects_of(const ipc::Grant& grant,
                                           const sync::InviteRequest& request) const;
  Result<std::string> usual_inviter() const;

  const Writes& writes_;
  sync::Invites& invites_;
  std::string login_;
};

}  // namespace icure::api
