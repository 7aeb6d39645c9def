// A process that is killed in the middle of a sweep leaves a mirror that is true as far as its
// cursor says.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "tests/store_fixture.h"

namespace icure::store {
namespace {

constexpr int kPages = 40;
constexpr int kPageSize = 1000;
std::string id_of(int number) {
  // Spread over the whole order of ids, as random ids are.
  return std::to_string(number * 7919 % 1'000'003) + "-" + std::to_string(number);
}

class CrashTest : public StoreTest {
 protected:
  static Page page_of(int page) {
    Page documents;
    for (int i = page * kPageSize; i < (page + 1) * kPageSize; ++i) {
      documents.user(id_of(i), "1-a", "Name" + std::to_string(i));
    }
    return documents;
  }

  /// Sweeps from the cursor it finds; tells each page that apply() took by a byte. Never returns.
  [[noreturn]] void sweep_until_killed(int out) {
    auto opened = try_open();
    if (!opened) _exit(1);
    auto& mirror = (*opened)->mirror();
    const auto left = *mirror.unfinished(Kind::user);
    const int first = left && !left->cursor.empty() ? std::stoi(left->cursor) : 0;
    if (!mirror.begin_sweep(Kind::user, {kStart, std::to_string(first)}, true)) _exit(2);
    for (int page = first; page < kPages; ++page) {
      const auto order = static_cast<Order>(page) * 2 + 1;
      const auto cursor = std::to_string(page + 1);
      if (!mirror.apply(Kind::user, page_of(page).documents(), order, order + 1, cursor)) _exit(3);
      if (::write(out, "p", 1) != 1) _exit(4);
    }
    ::close(out);  // no more to tell: the parent kills now
    ::pause();
    _exit(5);
  }

  /// Kills a sweeping child when it has told `pages` pages, at some point of its further work.
  void crash_after(int pages) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) sweep_until_killed(ends[1]);
    ::close(ends[1]);
    char told = 0;
    for (int i = 0; i < pages && ::read(ends[0], &told, 1) == 1; ++i) continue;
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed by itself: " << WEXITSTATUS(status);
  }

  /// The pages before the cursor are there in full, and nothing else is.
  int check() {
    auto left = *writer().unfinished(Kind::user);
    const int pages = left && !left->cursor.empty() ? std::stoi(left->cursor) : 0;
    const auto rows = static_cast<std::uint64_t>(pages) * kPageSize;
    EXPECT_EQ(*writer().count(Kind::user), rows);
    EXPECT_TRUE(writer().begin_sweep(Kind::user, {kStart, std::to_string(pages)}, true));
    for (int page = 0; page < pages; ++page) {
      const auto applied = apply(page_of(page));
      EXPECT_EQ(applied.added + applied.changed, 0u) << "page " << page;
    }
    EXPECT_EQ(writer().absent(Kind::user, 1'000'000)->size(), rows);
    writer().end_sweep(Kind::user);
    for (int i = 0; i < pages * kPageSize; i += 997) {
      const auto name = "Name" + std::to_string(i);
      EXPECT_TRUE(reader().get(Kind::user, id_of(i)));
      EXPECT_EQ(ids(reader().find(Kind::user, Key::login, name + "@clinic.test")).size(), 1u);
      EXPECT_FALSE(ids(reader().search(Kind::user, name, 5)).empty());
    }
    return pages;
  }
};

TEST_F(CrashTest, KilledInMidSweepItGoesOnFromTheCursor) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  int reached = 0;
  for (int round = 0; round < 5; ++round) {
    ASSERT_NO_FATAL_FAILURE(crash_after(1 + static_cast<int>(chance() % 20)));
    open();
    const int pages = check();
    EXPECT_GE(pages, reached) << "a crash may repeat pages, never lose what was committed";
    reached = pages;
    close();
  }
  auto db = raw("mirror.db");
  EXPECT_EQ(db.execAndGet("PRAGMA integrity_check").getString(), "ok");
  db.exec("INSERT INTO user_words (user_words) VALUES ('integrity-check')");
}

// Stands for every failed write: no file may grow beyond a limit for a while.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t largest_file) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{largest_file, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(CrashTest, AFailedCommitEndsTheSweepAndLosesNoPage) {
  open();
  ASSERT_TRUE(writer().begin_sweep(Kind::user, {kStart, ""}, true));
  ASSERT_TRUE(writer().apply(Kind::user, page_of(0).documents(), 1, 2, std::string("1")));
  ASSERT_TRUE(writer().flush());
  ASSERT_TRUE(writer().apply(Kind::user, page_of(1).documents(), 3, 4, std::string("2")));
  {
    const FullDisk full(std::filesystem::file_size(path("mirror.db-wal")) + 1000);
    EXPECT_EQ(writer().flush().error().code, Code::io);
    EXPECT_FALSE(writer().apply(Kind::user, page_of(2).documents(), 5, 6, std::string("3")))
        << "a cursor past the lost page must not be taken";
  }
  EXPECT_TRUE(reader().state(Kind::user));
  EXPECT_EQ(check(), 1);
  EXPECT_EQ(apply(page_of(1)).added, static_cast<std::uint64_t>(kPageSize));
}

}  // namespace
}  // namespace icure::store
