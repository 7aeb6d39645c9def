// The sync over a real store in a directory of its own, and a platform that does as it is told.
#pragma once
#include <gtest/gtest.h>

#include "daemon/base/scope.h"
#include "sync/engine.h"
#include "tests/fakes/fake_platform.h"
#include "tests/fakes/pumped_background.h"
#include "tests/support/stores_in.h"
#include "tests/support/temp_dir.h"

namespace icure::support {

class SyncTest : public ::testing::Test {
 protected:
  SyncTest() {
    sweeper.configure({3, std::chrono::hours(1), {}});
    engine.configure({{Kind::user}, std::chrono::minutes(5), std::chrono::hours(1)});
  }

  std::unique_ptr<store::Stores> open() { return stores_in(dir.path() / "store", random, clock); }

  /// Runs whatever is under way until it waits for time or an answer.
  void pump() {
    while (mirror_thread.pump() || parser.pump() || ledger_thread.pump()) {
    }
  }
  void advance(Millis by) {
    // In small steps: work between two sleeps is pumped, as a real thread would have done it.
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(std::min(Millis(250), end - clock.uptime()));
      pump();
    }
  }
  template <class T>
  T finish(Task<T> task) {
    task.start();
    pump();
    EXPECT_TRUE(task.done());
    return task.take();
  }

  std::vector<std::string> mirrored(Kind kind = Kind::user) {
    auto reader = stores->open_reader(1 << 20);
    auto rows = (*reader)->list(kind, {});
    std::vector<std::string> ids;
    for (const auto& row : *rows) ids.push_back(row.id);
    return ids;
  }
  std::string rev_of(Kind kind, const std::string& id) {
    auto row = (*stores->open_reader(1 << 20))->get(kind, id);
    return row ? row->rev : "none";
  }
  store::KindState state(Kind kind = Kind::user) {
    return *(*stores->open_reader(1 << 20))->state(kind);
  }

  TempDir dir;
  SystemRandom random;
  fakes::FakeClock clock;
  fakes::FakeHttp http;
  fakes::FakePlatform platform{http, clock};
  fakes::PumpedBackground mirror_thread;
  fakes::PumpedBackground parser;
  fakes::PumpedBackground ledger_thread;
  std::unique_ptr<store::Stores> stores = open();
  sync::Session session{http, clock, {"me", "", [] { return Result<Secret>(Secret("password")); }}};
  sync::Rest rest{session, 0};
  sync::Brake brake{stores->ledger(), ledger_thread, clock, random, {}};
  sync::Sweeper sweeper{rest, stores->mirror(), mirror_thread, parser, clock, brake};
  sync::Engine engine{rest, sweeper, {stores->ledger(), ledger_thread}, clock, random};
  Scope scope;
  std::stop_source stop;
};

}  // namespace icure::support
