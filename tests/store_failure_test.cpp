// What becomes of the store where the disk or a file fails it, and what a person is told.
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "store/condition.h"
#include "store/files.h"
#include "tests/store_fixture.h"
#include "tests/support/full_disk.h"

namespace icure::store {
namespace {

using support::FullDisk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FailureTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  void begin(const std::string& cursor = "") {
    ASSERT_TRUE(writer().begin_sweep(Kind::user, {kStart, cursor}, true));
  }
  Result<Applied> page(const Page& documents, const std::string& cursor) {
    const auto asked = ++order_;
    return writer().apply(Kind::user, documents.documents(), asked, ++order_, cursor);
  }
  void finish() {
    ASSERT_TRUE(writer().finish_sweep(Kind::user, {}, kStart));
    writer().end_sweep(Kind::user);
  }
};

// What the pages brought is lost with its cursor, so that they are asked for once more.
TEST_F(FailureTest, AfterACommitThatFailedTheSweepGoesOnFromTheLastOneThatDidNot) {
  begin();
  ASSERT_TRUE(page(Page().user("a", "1-x", "Ann"), "page 2"));
  ASSERT_TRUE(writer().flush());
  ASSERT_TRUE(page(Page().user("b", "1-x", "Bob"), "page 3"));
  {
    const FullDisk full(std::filesystem::file_size(path("mirror.db-wal")) + 1000);
    EXPECT_FALSE(writer().flush());
  }
  EXPECT_FALSE(page(Page().user("c", "1-x", "Cleo"), "page 4")) << "it was ended";
  EXPECT_EQ((*writer().unfinished(Kind::user))->cursor, "page 2");
  begin("page 2");
  ASSERT_TRUE(page(Page().user("b", "1-x", "Bob"), "page 3"));
  ASSERT_TRUE(page(Page().user("a", "2-x", "Anna").user("c", "1-x", "Cleo"), "page 4"));
  finish();
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ids(reader().search(Kind::user, "anna", 9)), ElementsAre("a"));
  EXPECT_THAT(ids(reader().search(Kind::user, "bob", 9)), ElementsAre("b"));
}

TEST_F(FailureTest, AnAnswerThatCouldNotBeKeptIsTakenTheNextTime) {
  begin();
  finish();
  Page one;
  one.user("a", "1-x", "Ann");
  {
    const FullDisk full(std::filesystem::file_size(path("mirror.db-wal")) + 1000);
    EXPECT_FALSE(writer().apply(Kind::user, one.documents(), 1, 2, std::nullopt));
  }
  EXPECT_THAT(ids(reader().list(Kind::user, {})), IsEmpty());
  EXPECT_EQ(apply(one).added, 1u);
  EXPECT_THAT(ids(reader().search(Kind::user, "ann", 9)), ElementsAre("a"));
}

TEST_F(FailureTest, EachConditionHasItsWordsAndWhatHelps) {
  using Is = Condition::Is;
  std::set<std::string> words;
  for (const auto is : {Is::disk_full, Is::disk_locked, Is::ledger_locked, Is::ledger_damaged}) {
    const auto error = error_of(is);
    EXPECT_EQ(error.code, Code::read_only);
    EXPECT_FALSE(error.hint.empty());
    words.insert(error.message);
  }
  EXPECT_EQ(words.size(), 4u);
}

TEST_F(FailureTest, ADiskWithTooLittleRoomTakesNothingIn) {
  const Condition condition(path());
  EXPECT_TRUE(condition.check_disk(1));
  const auto full = condition.check_disk(UINT64_MAX);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, error_of(Condition::Is::disk_full).message);
  EXPECT_TRUE(Condition("/nowhere at all").check_disk(UINT64_MAX)) << "who writes there says it";
}

TEST_F(FailureTest, ADiskThatFailedAWriteIsTriedUntilItTakesOne) {
  Condition condition(path());
  condition.note_failed_write();
  EXPECT_FALSE(condition.check_disk(1));
  EXPECT_TRUE(condition.check());
  EXPECT_EQ(condition.last(), Condition::Is::sound);
  EXPECT_TRUE(condition.check_disk(1));
  condition.note_damaged_ledger();
  EXPECT_FALSE(condition.check());
  EXPECT_EQ(condition.last(), Condition::Is::ledger_damaged);
  EXPECT_TRUE(condition.check_disk(1)) << "what needs no ledger goes on";
}

TEST_F(FailureTest, WhatTheDatabaseSaysIsToldByWhoseMatterItIs) {
  const auto code = [](int error) { return error_of(SQLite::Exception("it failed", error)).code; };
  EXPECT_EQ(code(SQLITE_FULL), Code::read_only);
  EXPECT_EQ(code(SQLITE_READONLY), Code::read_only);
  EXPECT_EQ(code(SQLITE_CORRUPT), Code::corrupt);
  EXPECT_EQ(code(SQLITE_NOTADB), Code::corrupt);
  EXPECT_EQ(code(SQLITE_IOERR), Code::io);
  EXPECT_EQ(code(SQLITE_BUSY), Code::io);
}

class FilesTest : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return dir_.path() / name; }
  support::TempDir dir_;
};

TEST_F(FilesTest, TellsWhatCouldNotBeDone) {
  write_file(at("file"), "x");
  EXPECT_EQ(read_small(at("absent")).error().code, Code::not_found);
  EXPECT_EQ(size_of(at("absent")).error().code, Code::not_found);
  EXPECT_EQ(changed_at(at("absent")), std::nullopt);
  const auto no_directory = read_small(at("file/below"));
  EXPECT_EQ(no_directory.error().code, Code::io);
  EXPECT_THAT(no_directory.error().message, HasSubstr("could not read"));
  EXPECT_EQ(read_small(at("")).error().code, Code::io) << "a directory";
  EXPECT_EQ(private_directory(at("file")).error().code, Code::invalid);
  EXPECT_EQ(private_directory(at("file/below")).error().code, Code::io);
  EXPECT_EQ(write_durably(at("nowhere"), "a", "x").error().code, Code::io);
  EXPECT_EQ(rename_durably(at("absent"), at("b")).error().code, Code::io);
  EXPECT_EQ(FileLock::acquire(at("file/below")).error().code, Code::io);
}

TEST_F(FilesTest, ASmallFileIsNotLarge) {
  write_file(at("file"), std::string(64 << 10, 'x'));
  EXPECT_EQ(read_small(at("file"))->size(), std::size_t{64} << 10);
  write_file(at("file"), std::string((64 << 10) + 1, 'x'));
  EXPECT_FALSE(read_small(at("file")));
  EXPECT_EQ(*size_of(at("file")), (64u << 10) + 1);
}

TEST_F(FilesTest, APartOfAFileIsReadWhereItLies) {
  write_file(at("file"), "0123456789");
  EXPECT_EQ(*read_range(at("file"), 2, 3), "234");
  EXPECT_EQ(*read_range(at("file"), 8, 9), "89");
  EXPECT_EQ(*read_range(at("file"), 10, 9), "");
}

TEST_F(FilesTest, PartsAndAPieceBecomeOneFile) {
  const std::string large(3 << 20, 'z');
  write_file(at("piece"), "ab" + large);
  ASSERT_TRUE(write_parts(at("whole"), {"one ", "two "}, {at("piece"), 1, 1 + large.size()}));
  EXPECT_EQ(read_file(at("whole")), "one two b" + large);
  struct stat found {};
  ASSERT_EQ(::stat(at("whole").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0600u);
  EXPECT_EQ(write_parts(at("whole"), {}, {at("piece"), 0, large.size() + 3}).error().code, Code::io)
      << "the piece is shorter than was said";
  EXPECT_FALSE(write_parts(at("nowhere/whole"), {"x"}, {at("piece"), 0, 0}));
}

TEST_F(FilesTest, AFileIsReplacedWholeAndByItsOwner) {
  write_file(at("name.new"), "left by a crash");
  ASSERT_TRUE(write_durably(dir_.path(), "name", "first"));
  ASSERT_TRUE(write_durably(dir_.path(), "name", "second"));
  EXPECT_EQ(read_file(at("name")), "second");
  EXPECT_FALSE(exists(at("name.new")));
  EXPECT_TRUE(exists(at("name")));
  write_file(at("names"), "");
  write_file(at("other"), "");
  EXPECT_THAT(names_with_prefix(dir_.path(), "name"), ElementsAre("name", "names"));
  EXPECT_THAT(names_with_prefix(at("absent"), "name"), IsEmpty());
}

}  // namespace
}  // namespace icure::store
