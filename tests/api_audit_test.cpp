// From calls to entries of the audit log: what is kept of a call, what becomes one entry, and what
// happens when the log cannot be written.
#include <gmock/gmock.h>

#include "daemon/api/audit_trail.h"
#include "daemon/base/scope.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/pumped_background.h"

namespace icure::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

constexpr auto kUuid = "0b8e4a52-7d1f-4c55-9a57-2f6d3c1e9b04";

/// A log in memory, whose disk may be full.
class KeptEntries final : public store::Audit {
 public:
  Result<store::AuditHead> append(std::span<const store::AuditEntry> entries) override {
    if (full) return Error{Code::read_only, "the disk is full", "free some space"};
    kept.insert(kept.end(), entries.begin(), entries.end());
    ++commits;
    return head();
  }
  store::AuditHead head() const override { return {kept.size(), {}}; }
  Result<std::vector<store::AuditRow>> list(std::uint64_t, std::size_t) override {
    return std::vector<store::AuditRow>{};
  }
  Result<store::AuditWalk> prove(store::AuditWalk walk, std::size_t) override {
    walk.finished = true;
    return walk;
  }
  Result<std::uint64_t> forget(WallTime time, std::size_t) override {
    forgotten = time;
    return std::uint64_t{0};
  }

  std::vector<store::AuditEntry> kept;
  int commits = 0;
  bool full = false;
  WallTime forgotten{};
};

class NotedHead final : public store::AuditHeads {
 public:
  Result<std::optional<store::AuditHead>> kept() override { return noted; }
  Result<Done> keep(const store::AuditHead& head) override {
    noted = head;
    return Done{};
  }
  std::optional<store::AuditHead> noted;
};

class AuditTrailTest : public testing::Test {
 public:
  AuditTrailTest() {
    trail.configure({true, std::chrono::hours(24)});
    caller.peer.uid = 1000;
    caller.client = "desk";
    scope.run(trail.loop(scope.token()));
  }
  ~AuditTrailTest() override {
    if (!stopped) stop();
    EXPECT_EQ(scope.running(), 0u);
  }

 protected:
  void stop() {
    stopped = true;
    scope.drain([] {});
    background.pump();
  }
  void pass(Millis time) {
    clock.advance(time);
    background.pump();
  }

  /// One call, as the server tells of it.
  void call(const std::string& method, ipc::Effect effect, const std::string& id,
            std::string_view outcome = "ok", std::string_view params = "{}") {
    const ipc::MethodInfo info{method, ipc::Role::reader, "", "", effect};
    ipc::Trace trace;
    trace.method = &info;
    trace.id = id;
    trace.params = params;
    trace.rows = rows;
    trail.ended({caller, trace, outcome, 1us});
  }
  void reads(const std::string& id, std::string_view outcome = "ok") {
    call("user.get", ipc::Effect::reads, id, outcome);
  }
  const store::AuditEntry& only() {
    EXPECT_THAT(log.kept, SizeIs(1));
    return log.kept.front();
  }

  KeptEntries log;
  NotedHead heads;
  fakes::FakeClock clock;
  fakes::PumpedBackground background;
  ipc::Caller caller;
  std::optional<std::size_t> rows;
  sync::ConfirmedTime platform_time{clock};
  AuditTrail trail{
      {log, background, heads, background,
       [](std::string_view query) { return "mark of " + std::to_string(query.size()); },
       platform_time, clock}};
  Scope scope;
  bool stopped = false;
};

TEST_F(AuditTrailTest, KeepsWhoDidWhatWithWhatOutcome) {
  caller.actor = "u9";
  caller.actor_verified = true;
  call("user.modify", ipc::Effect::changes, "u1");
  pass(1s);
  const auto& entry = only();
  EXPECT_EQ(entry.uid, 1000);
  EXPECT_EQ(entry.program, "desk");
  EXPECT_EQ(entry.actor, "u9");
  EXPECT_TRUE(entry.actor_verified);
  EXPECT_EQ(entry.method, "user.modify");
  EXPECT_EQ(entry.id, "u1");
  EXPECT_EQ(entry.outcome, "ok");
}

TEST_F(AuditTrailTest, CommitsASecondAfterTheFirstCall) {
  pass(20s);
  reads("u1");
  pass(900ms);
  reads("u2");
  EXPECT_EQ(log.commits, 0);
  pass(100ms);
  EXPECT_EQ(log.commits, 1);
  EXPECT_THAT(log.kept, SizeIs(2));
}

TEST_F(AuditTrailTest, CommitsSoonerWhereMuchCame) {
  for (int number = 0; number < 10'000; ++number) reads("u" + std::to_string(number));
  background.pump();
  EXPECT_THAT(log.kept, SizeIs(10'000));
}

TEST_F(AuditTrailTest, CountsTheSameReadWithinAMinute) {
  for (int time = 0; time < 3; ++time) reads("u1");
  pass(1s);
  EXPECT_EQ(only().calls, 3u) << "what came before the commit is one entry";
  for (int time = 0; time < 4; ++time) reads("u1");
  reads("u1", "stale");
  pass(30s);
  ASSERT_THAT(log.kept, SizeIs(2)) << "another outcome is another entry";
  pass(45s);
  ASSERT_THAT(log.kept, SizeIs(3));
  EXPECT_EQ(log.kept[2].calls, 4u);
  EXPECT_EQ(log.kept[2].at, log.kept[0].at + 1s) << "of the first of these";
  reads("u1");
  pass(1s);
  EXPECT_THAT(log.kept, SizeIs(4)) << "a new minute";
}

TEST_F(AuditTrailTest, CountsOtherCallersApart) {
  reads("u1");
  caller.actor = "u8";
  reads("u1");
  caller.peer.uid = 1001;
  reads("u1");
  pass(1s);
  EXPECT_THAT(log.kept, SizeIs(3));
}

TEST_F(AuditTrailTest, EachChangeIsAnEntry) {
  for (int time = 0; time < 3; ++time) call("user.modify", ipc::Effect::changes, "u1");
  pass(1s);
  EXPECT_THAT(log.kept, SizeIs(3));
}

TEST_F(AuditTrailTest, AListIsOneEntryWithWhatWasAskedAndHowManyWereTold) {
  rows = 7;
  call("user.search", ipc::Effect::reads, "", "ok", R"({"text":"anna"})");
  call("user.search", ipc::Effect::reads, "", "ok", R"({"text":"anna"})");
  call("user.search", ipc::Effect::reads, "", "ok", R"({"text":"bernard"})");
  pass(1s);
  ASSERT_THAT(log.kept, SizeIs(2));
  EXPECT_EQ(log.kept[0].query, "mark of 15");
  EXPECT_EQ(log.kept[0].records, 14u);
  EXPECT_EQ(log.kept[0].id, "");
}

TEST_F(AuditTrailTest, KeepsNoTextThatMayBeAName) {
  reads("Anna Vermeulen", "not_found");
  reads(kUuid, "not_found");
  rows = 0;
  call("user.of", ipc::Effect::reads, "Bernard");
  pass(1s);
  ASSERT_THAT(log.kept, SizeIs(3));
  EXPECT_EQ(log.kept[0].id, "");
  EXPECT_EQ(log.kept[0].query, "mark of 14");
  EXPECT_EQ(log.kept[1].id, kUuid) << "it has the form of an id";
  EXPECT_EQ(log.kept[2].id, "");
}

TEST_F(AuditTrailTest, LeavesReadsOutWhereThatIsConfigured) {
  trail.configure({false, 1h});
  reads("u1");
  reads(kUuid, "forbidden");
  call("user.modify", ipc::Effect::changes, "u1");
  call("daemon.status", ipc::Effect::none, "");
  call("user.modify", ipc::Effect::changes, "u1", ipc::kOutcomeParams);
  pass(1s);
  ASSERT_THAT(log.kept, SizeIs(2));
  EXPECT_EQ(log.kept[0].outcome, "forbidden");
  EXPECT_EQ(log.kept[1].method, "user.modify");
}

TEST_F(AuditTrailTest, ARefusedCallOfNoMethodIsAnEntryWithoutItsName) {
  ipc::Trace trace;
  trail.ended({caller, trace, "forbidden", 1us});
  pass(1s);
  EXPECT_EQ(only().method, "unknown");
}

TEST_F(AuditTrailTest, WaitsWhileTheDiskIsFullAndSaysSo) {
  log.full = true;
  reads("u1");
  pass(3s);
  ASSERT_TRUE(trail.warning());
  EXPECT_THAT(trail.warning()->text, HasSubstr("disk is full; entries that wait: 1"));
  reads("u1");
  reads("u2");
  log.full = false;
  pass(2s);
  EXPECT_FALSE(trail.warning());
  EXPECT_THAT(log.kept, SizeIs(2));
  stop();
  EXPECT_THAT(log.kept, SizeIs(3)) << "what was counted meanwhile";
}

TEST_F(AuditTrailTest, CountsWhatItHasNoRoomFor) {
  log.full = true;
  constexpr int kMore = 10;
  for (int number = 0; number < int{AuditBuffer::kMostWaiting} + kMore; ++number) {
    reads("u" + std::to_string(number));
  }
  pass(1s);
  EXPECT_THAT(trail.warning()->text, HasSubstr("calls not kept: 10"));
  log.full = false;
  pass(1s);
  ASSERT_THAT(log.kept, SizeIs(AuditBuffer::kMostWaiting + 1));
  EXPECT_EQ(log.kept.back().method, AuditBuffer::kLost);
  EXPECT_EQ(log.kept.back().calls, std::uint64_t{kMore});
}

TEST_F(AuditTrailTest, NotesTheHeadEveryTenMinutesAndAtTheStop) {
  reads("u1");
  pass(1s);
  EXPECT_FALSE(heads.noted);
  pass(10min);
  ASSERT_TRUE(heads.noted);
  EXPECT_EQ(heads.noted->seq, 1u);
  reads("u2");
  stop();
  EXPECT_THAT(log.kept, SizeIs(2));
  EXPECT_EQ(heads.noted->seq, 2u);
}

TEST_F(AuditTrailTest, ForgetsWhatIsOlderThanConfigured) {
  platform_time.heard(clock.wall());
  pass(15s);
  EXPECT_EQ(log.forgotten, clock.wall() - 24h);
}

TEST_F(AuditTrailTest, AClockThatWasSetAheadForgetsNothing) {
  pass(15s);
  EXPECT_EQ(log.forgotten, WallTime{}) << "the platform has not told the time yet";
  platform_time.heard(clock.wall());
  const auto now = clock.wall();
  clock.set_wall(std::chrono::hours(24 * 400));
  pass(2h);
  EXPECT_NE(log.forgotten, WallTime{});
  EXPECT_LE(log.forgotten, now + 2h - 24h);
}

}  // namespace
}  // namespace icure::api
