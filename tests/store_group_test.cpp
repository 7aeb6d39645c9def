// Changes of the ledger that share one sync of the disk: all of them are kept, or none.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "tests/store_fixture.h"
#include "tests/support/full_disk.h"

namespace icure::store {
namespace {

using support::FullDisk;

class GroupTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Outbox& outbox() { return stores_->outbox(); }
  Group& group() { return stores_->ledger_group(); }

  static Item item(const std::string& id) {
    Item made;
    made.id = id;
    made.entity = "u-" + id;
    const auto json = R"({"id":"u-)" + id + R"(","name":")" + id + "\"}";
    made.overlay = Overlay{Overlay::Is::creation, json, json};
    return made;
  }
  Result<Accepted> accept(const std::string& id) {
    return outbox().enqueue(item(id), {0, "key of " + id, ""}, 10'000);
  }
  Result<Done> bring(const std::string& id, ItemState state) {
    auto found = *outbox().item(id);
    found.state = state;
    return outbox().save(found, std::nullopt);
  }
  bool shown(const std::string& id) { return bool(reader().get(Kind::user, "u-" + id)); }
  std::size_t ledger_runs() { return stores_->ledger().runs(10)->size(); }
  std::uint64_t queued() { return outbox().counts()[static_cast<std::size_t>(ItemState::queued)]; }
};

TEST_F(GroupTest, ShowsNothingBeforeItEndsAndThenEverything) {
  ASSERT_TRUE(accept("before"));
  ASSERT_TRUE(shown("before"));
  const auto changes = reader().changes();
  ASSERT_TRUE(group().begin());
  EXPECT_TRUE(accept("a"));
  EXPECT_TRUE(accept("b"));
  EXPECT_TRUE(bring("before", ItemState::cancelled));
  EXPECT_EQ(queued(), 2u) << "the jobs of a group see what those before them did";
  EXPECT_EQ(reader().changes(), changes);
  EXPECT_FALSE(shown("a"));
  EXPECT_TRUE(shown("before"));
  ASSERT_TRUE(group().end());
  EXPECT_NE(reader().changes(), changes);
  EXPECT_TRUE(shown("a"));
  EXPECT_TRUE(shown("b"));
  EXPECT_FALSE(shown("before"));
}

TEST_F(GroupTest, ARefusalTakesNothingOfTheOthersBack) {
  ASSERT_TRUE(group().begin());
  EXPECT_TRUE(accept("a"));
  auto bad = item("b");
  bad.overlay->after = "no JSON";
  EXPECT_EQ(outbox().enqueue(bad, {0, "k", ""}, 10).error().code, Code::invalid);
  EXPECT_EQ(outbox().enqueue(item("c"), {0, "key of a", "other"}, 10).error().code,
            Code::key_reused);
  EXPECT_TRUE(accept("d"));
  ASSERT_TRUE(group().end());
  open();
  EXPECT_TRUE(outbox().item("a"));
  EXPECT_FALSE(outbox().item("b"));
  EXPECT_TRUE(outbox().item("d"));
  EXPECT_EQ(queued(), 2u);
}

// Whoever writes to the ledger in a transaction of its own fails here.
TEST_F(GroupTest, TakesEveryKindOfChange) {
  auto& ledger = stores_->ledger();
  auto invited = item("a");
  invited.invitation.emplace();
  ASSERT_TRUE(group().begin());
  EXPECT_TRUE(outbox().settle_on("machine", "", ""));
  EXPECT_TRUE(outbox().enqueue(invited, {0, "k", ""}, 10));
  EXPECT_TRUE(outbox().again(*outbox().item("a"), {0, "k2", ""}, std::nullopt));
  EXPECT_TRUE(outbox().forget(clock_.wall()));
  EXPECT_TRUE(stores_->invitations().accept("a", ""));
  EXPECT_TRUE(ledger.record({}));
  EXPECT_TRUE(ledger.close_cut_off_runs());
  EXPECT_TRUE(ledger.set_pause(clock_.wall()));
  EXPECT_TRUE(ledger.keep_batch({}, {}));
  ASSERT_TRUE(group().end());
  open();
  EXPECT_EQ(outbox().steps("a")->size(), 1u);
  EXPECT_EQ(ledger_runs(), 1u);
}

TEST_F(GroupTest, MayEndWithoutAnyChange) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(group().begin());
    EXPECT_FALSE(outbox().item("a"));
    EXPECT_TRUE(group().end());
  }
  EXPECT_TRUE(accept("a"));
}

TEST_F(GroupTest, OneThatCannotBeCommittedLeavesNothingBehind) {
  ASSERT_TRUE(accept("before"));
  ASSERT_TRUE(shown("before"));
  const auto changes = reader().changes();
  {
    const FullDisk full(std::filesystem::file_size(path("ledger.db-wal")) + 1000);
    ASSERT_TRUE(group().begin());
    EXPECT_TRUE(accept("a"));
    EXPECT_TRUE(bring("before", ItemState::done));
    EXPECT_FALSE(group().end());
    EXPECT_EQ(queued(), 1u);
    EXPECT_FALSE(accept("b")) << "alone it fails by itself";
    EXPECT_EQ(queued(), 1u);
    EXPECT_EQ(reader().changes(), changes);
  }
  EXPECT_FALSE(shown("a"));
  EXPECT_FALSE(shown("b"));
  EXPECT_TRUE(shown("before"));
  EXPECT_EQ(outbox().item("a").error().code, Code::not_found);
  EXPECT_FALSE(accept("a")->again) << "its key was not remembered either";
  EXPECT_TRUE(shown("a"));
  EXPECT_EQ(queued(), 2u);
}

class KillTest : public GroupTest {
 protected:
  void SetUp() override {}

  /// Takes items in, some at a time, and tells their numbers when they are synced. Never returns.
  [[noreturn]] void enqueue_until_killed(int out, int first) {
    auto opened = try_open();
    if (!opened) _exit(1);
    stores_ = std::move(*opened);
    for (int next = first;;) {
      if (!group().begin()) _exit(2);
      const int end = next + 1 + next % 7;
      for (int i = next; i < end; ++i) {
        if (!accept(std::to_string(i))) _exit(3);
        if (i % 3 == 0 && !bring(std::to_string(i), ItemState::done)) _exit(4);
      }
      if (!group().end()) _exit(5);
      next = end;
      if (::write(out, &next, sizeof next) != sizeof next) _exit(6);
    }
  }

  /// Returns what was told last before the kill.
  int killed_after(int answers, int first) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) enqueue_until_killed(ends[1], first);
    ::close(ends[1]);
    int told = first;
    for (int i = 0; i < answers && ::read(ends[0], &told, sizeof told) == sizeof told; ++i)
      continue;
    ::kill(child, SIGKILL);
    while (::read(ends[0], &told, sizeof told) == sizeof told) continue;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed by itself: " << WEXITSTATUS(status);
    return told;
  }
};

TEST_F(KillTest, WhatWasAnsweredIsThereWithItsOverlayAndNothingIsThereByHalf) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  int next = 0;
  for (int round = 0; round < 6; ++round) {
    const int told = killed_after(1 + static_cast<int>(chance() % 30), next);
    open();
    int number = next;
    for (; outbox().item(std::to_string(number)); ++number) {
      const auto id = std::to_string(number);
      const bool over = outbox().item(id)->state == ItemState::done;
      EXPECT_EQ(over, number % 3 == 0) << id;
      EXPECT_EQ(shown(id), !over) << id;
    }
    EXPECT_GE(number, told) << "an answered item is missing";
    EXPECT_FALSE(shown(std::to_string(number)));
    close();
    auto db = raw("ledger.db");
    EXPECT_EQ(db.execAndGet("SELECT count(*) FROM item").getInt(), number);
    EXPECT_EQ(db.execAndGet("SELECT count(*) FROM overlay").getInt(), number - (number + 2) / 3);
    EXPECT_EQ(db.execAndGet("PRAGMA integrity_check").getString(), "ok");
    EXPECT_FALSE(SQLite::Statement(db, "PRAGMA foreign_key_check").executeStep());
    next = number;
  }
}

}  // namespace
}  // namespace icure::store
