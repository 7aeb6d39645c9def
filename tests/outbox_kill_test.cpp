// A daemon that is killed between any two steps of a write, and started again on what is on the
// disk: each write happens once, and the mirror shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "daemon/base/scope.h"
#include "sync/outbox/document_write.h"
#include "sync/outbox/outbox.h"
#include "sync/outbox/prepare.h"
#include "tests/fakes/fake_writes.h"
#include "tests/fakes/pumped_background.h"
#include "tests/support/stores_in.h"
#include "tests/support/temp_dir.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

/// All of the daemon that writes, on a store of its own.
class Daemon {
 public:
  Daemon(const std::filesystem::path& directory, fakes::FakeHttp& http, fakes::FakeClock& clock,
         Random& random)
      : stores(support::stores_in(directory, random, clock)),
        session(http, clock, {"me", "", [] { return Result<Secret>(Secret("password")); }}),
        rest(session, *stores->mirror().newest_order()),
        brake(stores->ledger(), ledger_thread, clock, random, {}),
        sweeper(rest, stores->mirror(), mirror_thread, parser, clock, brake),
        engine(rest, sweeper, {stores->ledger(), ledger_thread}, clock, random),
        refresher(rest, sweeper, engine, stores->mirror(), mirror_thread, parser, clock),
        outbox(stores->outbox(), ledger_thread, engine, session.time(), clock, random, "") {
    sweeper.configure({10, 1h, {}});
    outbox.carry_out("user.create", create);
    outbox.carry_out("user.modify", edit);
    outbox.carry_out("user.delete", remove);
    scope.run(outbox.loop(stop.get_token()));
  }
  ~Daemon() {
    stop.request_stop();
    pump();
  }

  /// The smallest piece of work that a kill may come after. False: there is none.
  bool step() {
    for (auto* thread : {&ledger_thread, &mirror_thread, &parser}) {
      if (thread->deliver() || thread->work()) return true;
    }
    return false;
  }
  void pump() {
    while (step()) {
    }
  }
  void sweep() {
    std::map<Kind, store::KindCounts> counts;
    std::vector<Kind> kinds(1, Kind::user);
    auto sweeping = sweeper.sweep(std::move(kinds), Depth::full, counts, stop.get_token());
    sweeping.start();
    pump();
  }
  Json mirrored(const std::string& id) {
    auto row = (*stores->open_reader(1 << 20))->get(Kind::user, id);
    return row ? Json::parse(row->json) : Json();
  }

  std::unique_ptr<store::Stores> stores;
  fakes::PumpedBackground mirror_thread;
  fakes::PumpedBackground parser;
  fakes::PumpedBackground ledger_thread;
  Session session;
  Rest rest;
  Brake brake;
  Sweeper sweeper;
  Engine engine;
  Refresher refresher;
  CreateDocument create{rest, refresher};
  EditDocument edit{rest, refresher};
  RemoveDocument remove{rest, refresher};
  Outbox outbox;
  Scope scope;
  std::stop_source stop;
};

class OutboxKillTest : public ::testing::Test {
 protected:
  /// Does what `ask` makes, kills the daemon after so many steps, starts it again, and lets it
  /// finish. False: it was finished before it came to that.
  bool run(int steps, const std::function<Result<store::Item>(const Daemon&)>& ask) {
    const support::TempDir dir;
    fakes::FakeClock clock;
    http.seen.clear();
    fakes::FakePlatform platform(http, clock);
    fakes::FakeWrites writes(http, platform);
    platform.put("u1", "Anna");
    std::optional<Daemon> daemon;
    daemon.emplace(dir.path() / "first", http, clock, random);
    daemon->sweep();

    auto item = ask(*daemon);
    EXPECT_TRUE(item);
    item->id = "i1";
    item->overlay.reset();
    entity = item->entity;
    auto accepted = daemon->outbox.enqueue(*item, {1000, "k", "p"});
    accepted.start();
    bool busy = true;
    // What was not answered is nobody's promise; from the answer on, every step counts.
    while (!accepted.done()) daemon->step();
    for (int each = 0; each < steps && busy; ++each) busy = daemon->step();
    std::filesystem::copy(dir.path() / "first", dir.path() / "second",
                          std::filesystem::copy_options::recursive);
    daemon.reset();
    daemon.emplace(dir.path() / "second", http, clock, random);
    daemon->pump();

    state = daemon->stores->outbox().item("i1")->state;
    mirrored = daemon->mirrored(entity);
    users = platform.of(Kind::user);
    arrived = writes.arrived;
    return busy;
  }

  SystemRandom random;
  fakes::FakeHttp http;
  std::string entity;
  store::ItemState state{};
  Json mirrored;
  std::map<std::string, Json> users;
  std::vector<std::string> arrived;
};

Known known_in(const Daemon& daemon) {
  const auto row = *(*daemon.stores->open_reader(1 << 20))->get(Kind::user, "u1");
  return {row.json, row.json};
}
const Asked kAsked{Right::operation, WallTime(Millis(1'790'000'000'000))};

TEST_F(OutboxKillTest, AnEditHappensOnceWhereverItIsKilled) {
  const auto ask = [](const Daemon& daemon) {
    return prepare_user_modify(known_in(daemon), R"({"name":"Hanna"})", std::nullopt, kAsked);
  };
  int steps = 0;
  for (; run(steps, ask); ++steps) {
    ASSERT_EQ(state, store::ItemState::done) << "after " << steps << " steps";
    ASSERT_EQ(users["u1"]["name"], "Hanna");
    ASSERT_EQ(arrived.size(), 1u) << "after " << steps << " steps";
    ASSERT_EQ(mirrored, users["u1"]) << "after " << steps << " steps";
  }
  std::cout << steps << " steps\n";
  EXPECT_GT(steps, 5);
}

TEST_F(OutboxKillTest, ACreationMakesOneUserWhereverItIsKilled) {
  const auto ask = [this](const Daemon&) {
    return prepare_user_create(R"({"email":"b@x.test"})", kAsked, random);
  };
  int steps = 0;
  for (; run(steps, ask); ++steps) {
    ASSERT_EQ(state, store::ItemState::done) << "after " << steps << " steps";
    ASSERT_EQ(users.size(), 2u) << "after " << steps << " steps";
    ASSERT_EQ(mirrored, users[entity]) << "after " << steps << " steps";
  }
  EXPECT_GT(steps, 5);
}

TEST_F(OutboxKillTest, ADeletionHappensOnceWhereverItIsKilled) {
  const auto ask = [](const Daemon& daemon) {
    return prepare_user_delete(known_in(daemon), kAsked);
  };
  int steps = 0;
  for (; run(steps, ask); ++steps) {
    ASSERT_EQ(state, store::ItemState::done) << "after " << steps << " steps";
    ASSERT_TRUE(users["u1"].contains("deletionDate"));
    ASSERT_EQ(arrived.size(), 1u) << "after " << steps << " steps";
    ASSERT_TRUE(mirrored.is_null()) << "after " << steps << " steps";
  }
  EXPECT_GT(steps, 5);
}

}  // namespace
}  // namespace icure::sync
