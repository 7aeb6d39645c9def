// store/ledger_file.h: what becomes of the file where a change of it cannot be committed.
#include <filesystem>

#include "store/ledger_file.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

class LedgerFileTest : public StoreTest {
 protected:
  class Told final : public LedgerFile::Follower {
   public:
    virtual ~Told() = default;
    void kept() noexcept override { ++kepts; }
    void lost() noexcept override { ++losts; }
    int kepts = 0;
    int losts = 0;
  };

  void SetUp() override {
    open();
    close();
    file_.emplace(raw("ledger.db"), numbers_, clock_, condition_);
    file_->add(told_);
  }
  Result<Done> add(const std::string& id, bool commit = true) {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(*file_);
      file_->db().exec(
          "INSERT INTO run (id, trigger, full, started, state, cause, requests, bytes) VALUES ('" +
          id + "', 'start', 1, 0, 'done', '', 0, 0)");
      if (commit) change.commit();
      return Done{};
    });
  }
  /// A change that is found to be wrong at the commit and not before.
  Result<Done> add_of_nothing() {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(*file_);
      file_->db().exec(
          "PRAGMA defer_foreign_keys = ON;"
          "INSERT INTO run_kind VALUES (4711, 'user', 1, 0, 0, 0, 0)");
      change.commit();
      return Done{};
    });
  }
  int runs() { return file_->db().execAndGet("SELECT count(*) FROM run").getInt(); }

  EventNumbers numbers_;
  Condition condition_{path()};
  std::optional<LedgerFile> file_;
  Told told_;
};

TEST_F(LedgerFileTest, AGroupThatIsRefusedAtItsEndIsTakenBackAndTheNextOneBegins) {
  ASSERT_TRUE(file_->begin());
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(add_of_nothing());
  EXPECT_EQ(told_.kepts, 0);
  EXPECT_FALSE(file_->end());
  EXPECT_EQ(told_.losts, 1);
  EXPECT_EQ(told_.kepts, 0);
  EXPECT_EQ(runs(), 0);
  ASSERT_TRUE(file_->begin()) << "the one before is not open any more";
  ASSERT_TRUE(add("b"));
  ASSERT_TRUE(file_->end());
  EXPECT_EQ(told_.kepts, 1);
  EXPECT_EQ(runs(), 1);
}

TEST_F(LedgerFileTest, AChangeThatIsRefusedAtItsEndIsTakenBackAndTheNextOneBegins) {
  EXPECT_FALSE(add_of_nothing());
  EXPECT_EQ(told_.kepts, 0);
  ASSERT_TRUE(add("a"));
  EXPECT_EQ(told_.kepts, 1);
  EXPECT_EQ(runs(), 1);
}

TEST_F(LedgerFileTest, WhatWasNotCommittedIsNotThereAndTakesNothingElseAlong) {
  ASSERT_TRUE(add("a", false));
  EXPECT_EQ(runs(), 0);
  ASSERT_TRUE(file_->begin());
  ASSERT_TRUE(add("b"));
  ASSERT_TRUE(add("c", false));
  ASSERT_TRUE(file_->end());
  EXPECT_EQ(runs(), 1);
}

TEST_F(LedgerFileTest, TheLogIsEmptiedAtTheEndOfAGroup) {
  const auto log = [this] { return std::filesystem::file_size(path("ledger.db-wal")); };
  ASSERT_TRUE(add("a"));
  EXPECT_GT(log(), 0u);
  file_->empty_log();
  EXPECT_EQ(log(), 0u);
  ASSERT_TRUE(file_->begin());
  ASSERT_TRUE(add("b"));
  file_->empty_log();
  ASSERT_TRUE(file_->end());
  EXPECT_EQ(log(), 0u);
  ASSERT_TRUE(add("c"));
  EXPECT_GT(log(), 0u) << "once";
}

// The fault may be over by the time somebody looks, the lock may not.
TEST_F(LedgerFileTest, ALockThatStaysIsSaidUntilAChangeIsKept) {
  auto other = raw("ledger.db");
  other.exec("BEGIN IMMEDIATE");
  file_->db().setBusyTimeout(1);
  EXPECT_FALSE(add("a"));
  EXPECT_FALSE(condition_.check());
  EXPECT_EQ(condition_.last(), Condition::Is::ledger_locked);
  const auto begun = file_->begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Code::read_only);
  other.exec("ROLLBACK");
  ASSERT_TRUE(add("a"));
  EXPECT_TRUE(condition_.check());
}

}  // namespace
}  // namespace icure::store
