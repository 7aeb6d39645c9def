// More byte strings than the memory is to hold, put in order.
#include <algorithm>
#include <random>

#include "store/sorted_runs.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SortedRunsTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    close();
    db_.emplace(raw("mirror.db"));
  }
  static std::vector<std::string> merged(SortedRuns& runs) {
    std::vector<std::string> entries;
    runs.merge([&](std::string_view entry) { entries.emplace_back(entry); });
    return entries;
  }
  SortedRuns runs(const std::string& name = "some") { return {*db_, name}; }
  int parts() { return db_->execAndGet("SELECT count(*) FROM run_part").getInt(); }

  std::optional<SQLite::Database> db_;
};

TEST_F(SortedRunsTest, SortsWhatIsInMemory) {
  auto some = runs();
  for (const auto* entry : {"b", "abcdefgh2", "abcdefgh", "\xff", "abcdefgh1"}) some.add(entry);
  EXPECT_THAT(merged(some), ElementsAre("abcdefgh", "abcdefgh1", "abcdefgh2", "b", "\xff"));
  EXPECT_EQ(some.kept_bytes(), 0u);
  EXPECT_THAT(merged(some), IsEmpty());
}

TEST_F(SortedRunsTest, MergesRunsOfTheFileWithWhatIsInMemory) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<std::string> all;
  auto some = runs();
  for (int run = 0; run < 7; ++run) {
    for (int i = 0; i < 500; ++i) {
      // Some are longer than a part of the file.
      const auto length = i % 100 == 99 ? 20'000 : 1 + random() % 60;
      std::string entry(length, '\0');
      for (auto& c : entry) c = static_cast<char>(random());
      some.add(entry);
      all.push_back(std::move(entry));
    }
    if (run < 6) some.set_down();
  }
  std::sort(all.begin(), all.end());
  EXPECT_GT(parts(), 6);
  EXPECT_EQ(merged(some), all);
  EXPECT_EQ(parts(), 0);
  EXPECT_THAT(merged(some), IsEmpty());
}

TEST_F(SortedRunsTest, TakesUpTheRunsOfItsNameOnly) {
  {
    auto some = runs();
    auto others = runs("others");
    some.add("a");
    others.add("x");
    some.set_down();
    others.set_down();
    some.add("b");
    some.set_down();
    some.add("never set down");
  }
  auto some = runs();
  EXPECT_THAT(merged(some), ElementsAre("a", "b"));
  auto others = runs("others");
  EXPECT_THAT(merged(others), ElementsAre("x"));
}

TEST_F(SortedRunsTest, ForgetsWhatIsInMemoryOnly) {
  auto some = runs();
  some.add("a");
  some.set_down();
  some.add("b");
  some.forget_kept();
  EXPECT_THAT(merged(some), ElementsAre("a"));
}

TEST_F(SortedRunsTest, SaysThatAFileIsDamaged) {
  for (const auto* damage : {"UPDATE run_part SET entries = x'ffffffff00'",
                             "UPDATE run_part SET entries = x'0100'", "DELETE FROM run_part"}) {
    SCOPED_TRACE(damage);
    auto some = runs();
    some.add("a");
    some.set_down();
    db_->exec(damage);
    try {
      merged(some);
      ADD_FAILURE();
    } catch (const SQLite::Exception& e) {
      EXPECT_EQ(e.getErrorCode(), SQLITE_CORRUPT);
    }
    db_->exec("DELETE FROM run; DELETE FROM run_part");
  }
}

}  // namespace
}  // namespace icure::store
