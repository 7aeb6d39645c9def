// Invitations carried out over a real store, with a platform and a gateway that do as they are
// told. The daemon's part can be killed and started again from its directory.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/outbox/invite.h"
#include "sync/outbox/invite_prepare.h"
#include "tests/fakes/fake_users.h"
#include "tests/fakes/pumped_background.h"
#include "tests/support/stores_in.h"
#include "tests/support/temp_dir.h"

namespace icure::support {

/// Writes steps into the ledger, until the daemon is killed.
class LedgerProgress final : public sync::Progress {
 public:
  LedgerProgress(store::Outbox& outbox, Background& ledger_thread, Clock& clock)
      : outbox_(outbox), ledger_thread_(ledger_thread), clock_(clock) {}

  enum class Death { none, before, after };  ///< Of the save that is the `at`-th.
  Death death = Death::none;
  int at = 0;
  bool dead = false;

  Task<Result<Done>> save(const store::Item& item, std::string step, std::string note) override {
    const bool dies = death != Death::none && at-- == 0;
    const Error killed{Code::io, "killed"};
    if (dead || (dies && death == Death::before)) {
      dead = true;
      co_return killed;
    }
    store::Step taken{std::move(step), clock_.wall(), std::move(note)};
    auto job = [&] { return outbox_.save(item, taken); };
    auto saved = co_await ledger_thread_.run(std::move(job));
    if (!dies) co_return saved;
    dead = true;
    co_return killed;
  }

 private:
  store::Outbox& outbox_;
  Background& ledger_thread_;
  Clock& clock_;
};

class InviteTest : public ::testing::Test {
 protected:
  using Json = nlohmann::json;
  using Next = sync::Outcome::Next;

  struct Daemon {
    explicit Daemon(InviteTest& t)
        : stores(t.open()),
          point(std::move(*stores->open_reader(1 << 20))),
          session(t.http, t.clock, login()),
          rest(session, *stores->mirror().newest_order()),
          brake(stores->ledger(), t.ledger_thread, t.clock, t.random, {}),
          sweeper(rest, stores->mirror(), t.mirror_thread, t.parser, t.clock, brake),
          engine(rest, sweeper, {stores->ledger(), t.ledger_thread}, t.clock, t.random),
          refresher(rest, sweeper, engine, stores->mirror(), t.mirror_thread, t.parser, t.clock),
          users(session, rest),
          gateway(t.gateway_http),
          operation({stores->invitations(),
                     t.ledger_thread,
                     *point,
                     rest,
                     users,
                     gateway,
                     refresher,
                     t.clock,
                     t.options(),
                     {}}) {
      gateway.configure(sync::GatewayAccount{"spec 42", login()});
      engine.succeeded();
    }
    static sync::Login login() {
      return {"me", "", [] { return Result<Secret>(Secret("password")); }};
    }
    std::unique_ptr<store::Stores> stores;
    std::unique_ptr<store::MirrorReader> point;
    sync::Session session;
    sync::Rest rest;
    sync::Brake brake;
    sync::Sweeper sweeper;
    sync::Engine engine;
    sync::Refresher refresher;
    sync::UserCalls users;
    sync::Gateway gateway;
    sync::InviteOperation operation;
  };

  InviteTest() {
    start();
    mirror_inviter();
  }

  std::unique_ptr<store::Stores> open() { return stores_in(dir.path() / "store", random, clock); }
  void start() {
    daemon.reset();
    daemon = std::make_unique<Daemon>(*this);
  }
  sync::InviteOptions options() {
    sync::InviteOptions made;
    made.wording.language = "en";
    made.wording.files = [this](const std::string& name) -> Result<std::optional<std::string>> {
      const auto found = templates.find(name);
      if (found == templates.end()) return std::optional<std::string>();
      return std::optional(found->second);
    };
    return made;
  }

  /// Its record as it is now, with a new rev.
  void mirror_inviter() {
    const auto rev = std::to_string(++order_) + "-h";
    inviter["rev"] = rev;
    const auto text = inviter.dump();
    auto& mirror = daemon->stores->mirror();
    ASSERT_TRUE(mirror.apply(Kind::hcp, {{"h1", rev, text}}, order_, order_, std::nullopt));
    ASSERT_TRUE(mirror.flush());
  }

  sync::InviteRequest request() const {
    sync::InviteRequest made;
    made.owner = owner_id;
    made.inviter = "h1";
    made.link = "https://app.example.test/start";
    made.solution = "BlueCare";
    return made;
  }
  Result<store::Item> prepare(const sync::InviteRequest& asked) {
    const sync::InviteSubjects subjects{owner_kind, owner.dump(), inviter.dump(), has_user};
    return sync::prepare_invitation(asked, subjects, rules, clock.wall(), random);
  }
  /// Takes an invitation in.
  void accept(const sync::InviteRequest& asked) {
    auto item = prepare(asked);
    ASSERT_TRUE(item) << item.error().message;
    id = item->id;
    ASSERT_TRUE(daemon->stores->outbox().enqueue(*item, {1, item->id, "p"}, 1000));
  }
  void accept() { accept(request()); }

  void pump() {
    while (mirror_thread.pump() || parser.pump() || ledger_thread.pump()) {
    }
    daemon->point->end_turn();
  }

  /// One attempt, as the outbox makes it; or as it makes it until it is killed by `progress`.
  sync::Outcome attempt(LedgerProgress& progress) {
    auto& outbox = daemon->stores->outbox();
    auto item = *outbox.item(id);
    item.state = store::ItemState::sending;
    EXPECT_TRUE(outbox.save(item, std::nullopt));
    auto task = daemon->operation.attempt(item, progress, stop.get_token());
    task.start();
    pump();
    EXPECT_TRUE(task.done());
    auto outcome = task.take();
    if (progress.dead || outcome.next == Next::stopping) return outcome;
    item.state = state_after(outcome.next);
    item.last_error = outcome.text;
    item.hint = outcome.hint;
    EXPECT_TRUE(outbox.save(item, std::nullopt));
    return outcome;
  }
  sync::Outcome attempt() {
    LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
    return attempt(progress);
  }

  /// Somebody takes it back.
  void cancel() {
    auto& outbox = daemon->stores->outbox();
    auto item = *outbox.item(id);
    item.invitation = invitation();
    item.invitation->goal = store::Goal::cancel;
    item.state = store::ItemState::queued;
    ASSERT_TRUE(outbox.again(item, {1, "cancel", "p"}, std::nullopt));
  }

  store::Invitation invitation() { return *daemon->stores->invitations().invitation(id); }
  std::string user_id() { return invitation().user; }
  std::vector<std::string> steps() {
    const auto steps = *daemon->stores->outbox().steps(id);
    std::vector<std::string> found;
    found.reserve(steps.size());
    for (const auto& each : steps) found.push_back(each.step);
    return found;
  }
  bool mirrored(const std::string& user) {
    auto reader = daemon->stores->open_reader(1 << 20);
    return static_cast<bool>((*reader)->get(Kind::user, user));
  }
  std::string ledger_content() { return daemon->stores->outbox().item(id)->content; }

  static store::ItemState state_after(Next next) {
    switch (next) {
      case Next::done:
        return store::ItemState::done;
      case Next::retry:
        return store::ItemState::retrying;
      case Next::blocked:
        return store::ItemState::blocked;
      case Next::failed:
        return store::ItemState::failed;
      case Next::expired:
        return store::ItemState::expired;
      case Next::cancelled:
        return store::ItemState::cancelled;
      default:
        return store::ItemState::queued;
    }
  }

  static Json record(const char* id, const char* first, const char* last, const char* email) {
    return {{"id", id},
            {"firstName", first},
            {"lastName", last},
            {"addresses",
             {{{"addressType", "home"},
               {"telecoms", {{{"telecomType", "email"}, {"telecomNumber", email}}}}}}}};
  }

  TempDir dir;
  SystemRandom random;
  fakes::FakeClock clock;
  fakes::FakeHttp http;
  fakes::FakeHttp gateway_http;
  fakes::FakePlatform reads{http, clock};
  fakes::FakeUsers platform{http, clock, reads};
  fakes::FakeGateway gateway{gateway_http};
  fakes::PumpedBackground mirror_thread;
  fakes::PumpedBackground parser;
  fakes::PumpedBackground ledger_thread;
  std::map<std::string, std::string> templates;
  std::string owner_id = "p1";
  Json owner = record("p1", "Ines", "Vidal", "Ines@Mail.test");
  Kind owner_kind = Kind::patient;
  Json inviter = record("h1", "Luz", "Vega", "dr.vega@clinic.test");
  bool has_user = false;
  sync::InviteRules rules;
  std::string id;
  std::stop_source stop;
  std::unique_ptr<Daemon> daemon;

 private:
  store::Order order_ = 0;
};

}  // namespace icure::support
