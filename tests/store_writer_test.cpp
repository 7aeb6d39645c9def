// The mirror's writer: comparing, holding back, committing.
#include <filesystem>

#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WriterTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void begin(const std::string& cursor = "") {
    const auto begun = writer().begin_sweep(Kind::user, {kStart, cursor}, true);
    ASSERT_TRUE(begun) << begun.error().message;
  }
  Applied sweep_page(const Page& page, const std::string& cursor) {
    const auto asked = ++order_;
    auto applied = writer().apply(Kind::user, page.documents(), asked, ++order_, cursor);
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *applied : Applied{};
  }
  std::string rev(const std::string& id) {
    auto row = reader().get(Kind::user, id);
    return row ? row->rev : "";
  }
  std::uint64_t count(Kind kind = Kind::user) { return reader().state(kind)->count; }
  static Page many(int first, int last, const std::string& rev) {
    Page page;
    for (int i = first; i < last; ++i) {
      page.user("id-" + std::to_string(i), rev, "Name" + std::to_string(i));
    }
    return page;
  }
};

TEST_F(WriterTest, CountsWhatIsNewAndWhatChanged) {
  const auto first = apply(Page().user("a", "1-x", "Ann").user("b", "1-x", "Bob"));
  EXPECT_EQ(first.added, 2u);
  EXPECT_EQ(first.changed, 0u);
  const auto second =
      apply(Page().user("a", "1-x", "Ann").user("b", "2-y", "Bo").user("c", "1-z", "C"));
  EXPECT_EQ(second.added, 1u);
  EXPECT_EQ(second.changed, 1u);
  EXPECT_EQ(rev("b"), "2-y");
  EXPECT_EQ(count(), 3u);
  EXPECT_EQ(*writer().count(Kind::user), 3u);
  EXPECT_EQ(count(Kind::hcp), 0u);
}

TEST_F(WriterTest, WritesNothingForAPageThatDidNotChange) {
  apply(many(0, 500, "1-a"));
  begin();
  sweep_page(many(0, 500, "1-a"), "warm");
  ASSERT_TRUE(writer().flush());
  const auto log = std::filesystem::file_size(path("mirror.db-wal"));
  const auto applied = sweep_page(many(0, 500, "1-a"), "next");
  EXPECT_EQ(applied.added + applied.changed, 0u);
  EXPECT_EQ(std::filesystem::file_size(path("mirror.db-wal")), log);
}

TEST_F(WriterTest, HoldsSweptPagesBackUntilFlushed) {
  begin();
  EXPECT_EQ(sweep_page(Page().user("a", "1-x", "Ann"), "c1").added, 1u);
  EXPECT_EQ(writer().outdated(Kind::user, {{"a", "1-x"}})->size(), 0u) << "but knows of them";
  ASSERT_TRUE(writer().flush());
  writer().end_sweep(Kind::user);
  EXPECT_EQ(rev("a"), "1-x");
}

TEST_F(WriterTest, MakesAHeldBackChangeOfTheSameRow) {
  apply(Page().user("a", "1-x", "Ann"));
  begin();
  sweep_page(Page().user("a", "2-x", "Ann").user("b", "1-x", "Bob"), "c1");
  const auto again = sweep_page(Page().user("a", "3-x", "Anna").user("b", "2-x", "Bob"), "c2");
  EXPECT_EQ(again.changed, 2u);
  writer().end_sweep(Kind::user);
  EXPECT_EQ(rev("a"), "3-x");
  EXPECT_EQ(rev("b"), "2-x");
  EXPECT_EQ(count(), 2u);
}

TEST_F(WriterTest, DoubtsAPageOlderThanTheRow) {
  const auto asked = ++order_;
  apply(Page().user("a", "2-own", "Ann"));  // answered after the page below was asked for
  auto late = writer().apply(Kind::user, Page().user("a", "1-old", "Ann").documents(), asked,
                             ++order_, std::nullopt);
  ASSERT_TRUE(late);
  EXPECT_THAT(late->doubtful, ElementsAre("a"));
  EXPECT_EQ(rev("a"), "2-own");
  auto same = writer().apply(Kind::user, Page().user("a", "2-own", "Ann").documents(), asked,
                             ++order_, std::nullopt);
  EXPECT_THAT(same->doubtful, IsEmpty()) << "an equal revision leaves no doubt";
}

TEST_F(WriterTest, DoubtsARowThatAPageShowsTwiceDifferently) {
  const auto applied =
      apply(Page().user("a", "1-x", "Ann").user("a", "1-x", "Ann").user("a", "2-x", "A"));
  EXPECT_EQ(applied.added, 1u);
  EXPECT_THAT(applied.doubtful, ElementsAre("a"));
  EXPECT_EQ(rev("a"), "1-x");
}

TEST_F(WriterTest, LeavesOutOnlyTheDocumentThatIsNoJson) {
  const auto applied =
      apply(Page().user("a", "1-x", "Ann").add("b", "1-x", "{\"id\":").user("c", "1-x", "C"));
  EXPECT_EQ(applied.added, 2u);
  EXPECT_THAT(applied.unreadable, ElementsAre("b"));
  EXPECT_EQ(count(), 2u);
}

TEST_F(WriterTest, KeepsDocumentsByteForByte) {
  const std::string odd =
      "{ \"id\":\"a\" ,\t\"unknown\":{\"x\":[1.0e5,\"\\u00e9\xc3\xa9\"]},\r\n\"z\":null }";
  apply(Page().add("a", "1-x", odd));
  EXPECT_EQ(reader().get(Kind::user, "a")->json, odd);
}

TEST_F(WriterTest, TakesIdsOfAnyBytes) {
  for (const std::string id : {"'; DROP TABLE user; --", "\"", "%", "é", "a\tb"}) {
    apply(Page().add(id, "1-x", "{}"));
    EXPECT_EQ(rev(id), "1-x") << id;
  }
}

TEST_F(WriterTest, ReadsDocumentsFromBeforeAndAfterTheDictionary) {
  apply(many(0, 100, "1-a"));    // too few to learn from
  apply(many(100, 600, "1-a"));  // makes the dictionary
  apply(many(50, 150, "2-b"));   // replaces some of both
  open();
  apply(many(600, 610, "1-a"));  // with the dictionary of the file
  for (const int i : {0, 75, 120, 300, 605}) {
    auto row = reader().get(Kind::user, "id-" + std::to_string(i));
    ASSERT_TRUE(row) << i;
    EXPECT_THAT(row->json, testing::HasSubstr("\"Name" + std::to_string(i) + "\""));
  }
  close();
  EXPECT_EQ(raw("mirror.db").execAndGet("SELECT count(*) FROM dictionary").getInt(), 1);
}

TEST_F(WriterTest, ReplacesKeysAndWordsWithTheDocument) {
  apply(Page().user("a", "1-x", "Ann"));
  apply(Page().user("a", "2-x", "Berta"));
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "Ann@clinic.test")), IsEmpty());
  EXPECT_THAT(ids(reader().search(Kind::user, "ann", 9)), IsEmpty());
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "Berta@clinic.test")), ElementsAre("a"));
  EXPECT_THAT(ids(reader().search(Kind::user, "berta", 9)), ElementsAre("a"));
}

TEST_F(WriterTest, ChangesOnlyTheDocumentWhereNothingIsQueried) {
  apply(Page().add("a", "1-x", R"({"name":"Ann","created":1})"));
  apply(Page().add("a", "2-x", R"({"name":"Ann","created":2})"));
  EXPECT_EQ(rev("a"), "2-x");
  EXPECT_THAT(ids(reader().search(Kind::user, "ann", 9)), ElementsAre("a"));
  close();
  auto db = raw("mirror.db");
  // The words' table counts its rows by what was ever written: a replaced row shows as a tombstone.
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM user_words_docsize").getInt(), 1);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM user_words_idx WHERE segid > 1").getInt(), 0);
}

TEST_F(WriterTest, RemembersTheNewestOrderOverRestarts) {
  EXPECT_EQ(*writer().newest_order(), 0u);
  apply(Page().user("a", "1-x", "Ann"));
  ASSERT_TRUE(
      writer().apply(Kind::hcp, Page().add("h", "1-x", "{}").documents(), 40, 41, std::nullopt));
  EXPECT_EQ(*writer().newest_order(), 41u);
  open();
  EXPECT_EQ(*writer().newest_order(), 41u);
}

TEST_F(WriterTest, ComparesStubsWithAndWithoutASweep) {
  apply(Page().user("a", "1-x", "Ann").user("b", "1-x", "Bob"));
  const std::vector<Stub> stubs = {{"a", "1-x"}, {"b", "2-x"}, {"new", "1-x"}};
  EXPECT_THAT(*writer().outdated(Kind::user, stubs), ElementsAre("b", "new"));
  begin();
  EXPECT_THAT(*writer().outdated(Kind::user, stubs), ElementsAre("b", "new"));
}

TEST_F(WriterTest, RefusesACursorWithoutASweep) {
  EXPECT_FALSE(writer().apply(Kind::user, {}, 1, 2, std::string("c")));
  EXPECT_FALSE(writer().mark_present(Kind::user, {"a"}));
  EXPECT_TRUE(writer().mark_absent(Kind::user, {"a"})) << "there is nothing to take back";
  EXPECT_FALSE(writer().absent(Kind::user, 1));
  EXPECT_FALSE(writer().present_after(Kind::user, "", 1));
}

}  // namespace
}  // namespace icure::store
