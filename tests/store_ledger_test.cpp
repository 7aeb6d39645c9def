// The ledger: the history of runs.
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;

class LedgerTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Ledger& ledger() { return stores_->ledger(); }
  static store::Run run(const std::string& id, const std::string& state = "running") {
    store::Run made;
    made.id = id;
    made.trigger = "schedule";
    made.started = WallTime(1'790'000'000'123ms);
    made.state = state;
    return made;
  }
};

TEST_F(LedgerTest, GivesRunsBackWhole) {
  auto run = LedgerTest::run("r1", "done");
  run.full = false;
  run.finished = run.started + 5s;
  run.cause = "timeout";
  run.requests = 12;
  run.bytes = 1ULL << 40;
  run.kinds[Kind::user] = {5, 4, 3, 2, 1};
  run.kinds[Kind::device] = {};
  ASSERT_TRUE(ledger().record(run));
  open();
  const auto runs = *ledger().runs(10);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].id, "r1");
  EXPECT_EQ(runs[0].trigger, "schedule");
  EXPECT_FALSE(runs[0].full);
  EXPECT_EQ(runs[0].started, run.started);
  EXPECT_EQ(runs[0].finished, run.finished);
  EXPECT_EQ(runs[0].state, "done");
  EXPECT_EQ(runs[0].cause, "timeout");
  EXPECT_EQ(runs[0].requests, 12u);
  EXPECT_EQ(runs[0].bytes, 1ULL << 40);
  ASSERT_EQ(runs[0].kinds.size(), 2u);
  EXPECT_EQ(runs[0].kinds.at(Kind::user).seen, 5u);
  EXPECT_EQ(runs[0].kinds.at(Kind::user).held, 1u);
}

TEST_F(LedgerTest, ReplacesARunById) {
  auto run = LedgerTest::run("r1");
  run.kinds[Kind::user].seen = 1;
  ASSERT_TRUE(ledger().record(run));
  ASSERT_TRUE(ledger().record(LedgerTest::run("r2")));
  run.state = "done";
  run.kinds = {{Kind::hcp, {7, 0, 0, 0, 0}}};
  ASSERT_TRUE(ledger().record(run));
  const auto runs = *ledger().runs(10);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, "r2") << "newest first, by when it began";
  EXPECT_EQ(runs[1].state, "done");
  ASSERT_EQ(runs[1].kinds.size(), 1u);
  EXPECT_EQ(runs[1].kinds.at(Kind::hcp).seen, 7u);
}

TEST_F(LedgerTest, GivesNoMoreThanAskedFor) {
  for (const auto* id : {"a", "b", "c"}) ASSERT_TRUE(ledger().record(run(id)));
  const auto runs = *ledger().runs(2);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, "c");
  EXPECT_TRUE(ledger().runs(0)->empty());
}

TEST_F(LedgerTest, KeepsTheNewestThousand) {
  close();
  raw("ledger.db")
      .exec(
          "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 1007) "
          "INSERT INTO run (id, trigger, full, started, state, cause, requests, bytes) "
          "SELECT 'r' || i, 'start', 1, 0, 'done', '', 0, 0 FROM n;"
          "INSERT INTO run_kind SELECT number, 'user', 1, 0, 0, 0, 0 FROM run");
  open();
  for (const auto* id : {"r1008", "r1009"}) ASSERT_TRUE(ledger().record(run(id)));
  const auto runs = *ledger().runs(5000);
  ASSERT_EQ(runs.size(), 1000u);
  EXPECT_EQ(runs.front().id, "r1009");
  EXPECT_EQ(runs.back().id, "r10");
  close();
  EXPECT_EQ(raw("ledger.db").execAndGet("SELECT count(*) FROM run_kind").getInt(), 998);
}

TEST_F(LedgerTest, MarksRunsThatACrashCutOff) {
  ASSERT_TRUE(ledger().record(run("r1", "done")));
  ASSERT_TRUE(ledger().record(run("r2")));
  open();
  ASSERT_TRUE(ledger().close_cut_off_runs());
  const auto runs = *ledger().runs(10);
  EXPECT_EQ(runs[0].state, "cut_off");
  EXPECT_EQ(runs[1].state, "done");
}

}  // namespace
}  // namespace icure::store
