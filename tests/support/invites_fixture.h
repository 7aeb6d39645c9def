// What is asked of invitations, over a whole outbox that carries them out.
#pragma once
#include "daemon/base/scope.h"
#include "sync/outbox/invites.h"
#include "tests/support/invite_fixture.h"

namespace icure::sync {

using store::InvitationState;
using store::ItemState;

class InvitesTest : public support::InviteTest {
 public:
  InvitesTest() {
    outbox.carry_out("invite.create", daemon->operation);
    outbox.watch([this](const store::Item& item) {
      told.push_back(item.id + " " + std::string(name_of(item.state)));
    });
    daemon->engine.watch([this] { outbox.wake(); });
    scope.run(outbox.loop(stop.get_token()));
    pump();
  }
  ~InvitesTest() override {
    stop.request_stop();
    pump();
    EXPECT_EQ(scope.running(), 0u);
  }

 protected:
  template <class T>
  T finish(Task<T> task) {
    task.start();
    pump();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  void pass(Millis by) {
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(std::min(Millis(Millis(1000)), end - clock.uptime()));
      pump();
    }
  }

  Result<InvitationView> create(const std::string& key = "k1") {
    const InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    auto made = finish(invites.create(request(), subjects, {1, key, "p"}));
    if (made) id = made->invitation.id;
    return made;
  }
  Result<InvitationView> create(InviteRequest asked) {
    const InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    auto made = finish(invites.create(std::move(asked), subjects, {1, "k1", "p"}));
    if (made) id = made->invitation.id;
    return made;
  }
  Result<InvitationView> cancel(const std::string& key = "c1") {
    return finish(invites.cancel(id, {1, key, "p"}));
  }
  Result<InvitationView> resend(const std::string& key = "r1") {
    return finish(invites.resend(id, {1, key, "p"}));
  }
  void look() { finish(invites.look_for_arrivals()); }
  InvitationState state() { return invitation().state; }
  /// The platform's user, as a sweep brings it.
  void mirror_user() {
    std::vector<std::string> ids(1, user_id());
    EXPECT_TRUE(finish(daemon->refresher.by_ids(Kind::user, std::move(ids), stop.get_token())));
  }
  void cut_line() {
    platform.statuses = {{"", 503}};
    daemon->engine.failed({Cause::no_route});
  }
  void mend_line() {
    platform.statuses.clear();
    daemon->engine.succeeded();
    pass(Millis(5000));
  }

  std::unique_ptr<store::MirrorReader> scan = std::move(*daemon->stores->open_reader(1 << 20));
  Outbox outbox{daemon->stores->outbox(),
                ledger_thread,
                daemon->engine,
                daemon->session.time(),
                clock,
                random,
                "m1"};
  Invites invites{{daemon->stores->outbox(), daemon->stores->invitations(), ledger_thread, *scan,
                   parser, outbox, daemon->operation, daemon->gateway, clock, random}};
  Scope scope;
  std::vector<std::string> told;
};

}  // namespace icure::sync
