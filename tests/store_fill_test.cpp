// The first fill of a kind: documents pressed ahead, and rows that are made findable later.
#include "store/mirror_tables.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kEnoughToLearn = 300;

class FillStoreTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void begin() { ASSERT_TRUE(writer().begin_sweep(Kind::user, {kStart, ""}, true)); }
  void page(const std::vector<Document>& documents) {
    const auto asked = ++order_;
    ASSERT_TRUE(writer().apply(Kind::user, documents, asked, ++order_, "next"));
  }
  void page(const Page& documents) { page(documents.documents()); }
  void finish() {
    ASSERT_TRUE(writer().finish_sweep(Kind::user, {}, kStart));
    writer().end_sweep(Kind::user);
  }
  /// By what a page before them taught.
  void press(std::vector<Document>& documents) {
    page(many("a"));
    const auto press = writer().make_press(Kind::user);
    ASSERT_TRUE(press);
    press->press(documents);
  }
  static Page three() {
    return Page().user("a", "1-x", "Ann").user("b", "1-x", "Bob").user("c", "1-x", "Cleo");
  }
  static Page many(const std::string& prefix) {
    Page page;
    for (int i = 0; i < kEnoughToLearn; ++i) {
      const auto number = std::to_string(i);
      const auto name = prefix + "name";
      page.user(prefix + number, "1-x", name + number);
    }
    return page;
  }
};

TEST_F(FillStoreTest, StoresWhatWasPressedAhead) {
  begin();
  EXPECT_EQ(writer().make_press(Kind::user), nullptr);  // nothing taught it yet
  const auto more = many("b");
  auto documents = more.documents();
  press(documents);
  const auto pressed = documents[7].pressed;
  ASSERT_TRUE(pressed);
  page(documents);
  EXPECT_THAT(pressed->frame, IsEmpty());  // used up
  finish();
  EXPECT_EQ(reader().get(Kind::user, "b7")->json, documents[7].json);
  EXPECT_THAT(ids(reader().search(Kind::user, "bname77", 9)), ElementsAre("b77"));
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "bname5@clinic.test")), ElementsAre("b5"));
  EXPECT_EQ(writer().make_press(Kind::user), nullptr);  // most of what comes now is known
}

TEST_F(FillStoreTest, TellsOfWhatAPressCouldNotRead) {
  begin();
  const Page broken = Page().add("x", "1-x", "{").user("y", "1-x", "Yara");
  auto documents = broken.documents();
  press(documents);
  const auto applied = writer().apply(Kind::user, documents, order_ + 1, order_ + 2, "next");
  ASSERT_TRUE(applied);
  EXPECT_THAT(applied->unreadable, ElementsAre("x"));
  EXPECT_EQ(applied->added, 1u);
}

// A crash or a failed commit takes the dictionary with it: nobody could read what it compressed.
TEST_F(FillStoreTest, DoesNotStoreWhatALostDictionaryPressed) {
  begin();
  const auto more = many("b");
  auto documents = more.documents();
  press(documents);

  const support::TempDir elsewhere;
  auto key = parse_store_key(kStoreKey);
  auto other = open_stores({elsewhere.path() / "store", *key, "grp-blue", random_, clock_});
  ASSERT_TRUE(other);
  auto& mirror = (*other)->mirror();
  ASSERT_TRUE(mirror.begin_sweep(Kind::user, {kStart, ""}, true));
  ASSERT_TRUE(mirror.apply(Kind::user, many("c").documents(), 1, 2, "next"));  // teaches another
  ASSERT_TRUE(mirror.apply(Kind::user, {documents.begin(), documents.begin() + 9}, 3, 4, {}));
  mirror.end_sweep(Kind::user);
  auto there = (*other)->open_reader(1 << 20);
  EXPECT_EQ((*there)->get(Kind::user, "b7")->json, documents[7].json);
}

// More ids and keys than are kept in memory.
TEST_F(FillStoreTest, WhatWaitsInRunsOutlivesACrash) {
  constexpr int kPages = 20;
  constexpr int kPageRows = 1000;
  const std::string long_id(150, 'i');
  const auto big_page = [&](int number, const std::string& rev) {
    Page rows;
    for (int i = 0; i < kPageRows; ++i) {
      const auto name = std::to_string(100'003 + (number * kPageRows + i) * 7919 % 100'003);
      rows.user(long_id + name, rev, "n" + name);
    }
    return rows;
  };
  begin();
  for (int number = 0; number < kPages; ++number) page(big_page(number, "1-x"));
  ASSERT_TRUE(writer().flush());
  close();
  {
    auto db = raw("mirror.db");
    KindTables tables(db, Kind::user);
    EXPECT_EQ(tables.unindexed(), kPages * kPageRows);
    EXPECT_LT(tables.unread(), kPages * kPageRows / 2);
  }
  open();
  begin();
  page(big_page(3, "2-x"));  // of those that are in runs
  finish();
  EXPECT_EQ(reader().state(Kind::user)->count, std::uint64_t{kPages} * kPageRows);
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "n107922@clinic.test")),
              ElementsAre(long_id + "107922"));
  EXPECT_THAT(ids(reader().search(Kind::user, "n107922", 9)), ElementsAre(long_id + "107922"));
  close();
  auto db = raw("mirror.db");
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM user_ids").getInt(), kPages * kPageRows);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM run_part").getInt(), 0);
}

// As when the disk was full while rows were indexed, and an answer comes before the sweep ends.
TEST_F(FillStoreTest, RowsThatARollbackLeftUnreadAreNotPassedOver) {
  close();
  auto db = raw("mirror.db");
  KindTables tables(db, Kind::user);
  const auto write = [&](std::int64_t row, const std::string& id) {
    std::vector<Staged> staged(1);
    staged[0].index.row = row;  // 0: new
    staged[0].index.id = id;
    staged[0].index.hashes = {7};
    tables.write(staged, Indexing::later);
  };
  write(0, "a");
  write(0, "b");
  tables.reload();
  write(0, "c");
  write(1, "a");  // changes one of the unread
  std::vector<std::string> seen;
  tables.each_unread(9, [&](std::int64_t row, std::string_view id, std::string_view) {
    seen.emplace_back(id);
    IndexEntry entry;
    entry.row = row;
    entry.id = id;
    entry.hashes = {7};
    tables.index(entry, Words::perhaps);
    return true;
  });
  tables.end_index();
  EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
  EXPECT_EQ(tables.unindexed(), 0);
  EXPECT_EQ(tables.by_id("a")->row, 1);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM lookup").getInt(), 3);
}

TEST_F(FillStoreTest, WordsThatACrashLeftAreNotDoubled) {
  begin();
  page(three());
  ASSERT_TRUE(writer().flush());
  open();
  begin();
  page(Page().user("d", "1-x", "Dora"));
  finish();
  EXPECT_THAT(ids(reader().search(Kind::user, "clinic", 9)), IsEmpty());
  EXPECT_THAT(ids(reader().search(Kind::user, "bo", 9)), ElementsAre("b"));
  apply(Page().user("b", "2-x", "Berta"));
  EXPECT_THAT(ids(reader().search(Kind::user, "bob", 9)), IsEmpty());
  EXPECT_THAT(ids(reader().search(Kind::user, "ber", 9)), ElementsAre("b"));
  close();
  auto db = raw("mirror.db");
  // Searches would not show it, since each hit is compared with its document.
  const auto bob = "SELECT count(*) FROM user_words WHERE user_words MATCH 'bob'";
  EXPECT_EQ(db.execAndGet(bob).getInt(), 0);
  EXPECT_NO_THROW(db.exec("INSERT INTO user_words (user_words) VALUES ('integrity-check')"));
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM user_words_docsize").getInt(), 4);
}

// In a first fill rows come first and are made findable later: a crash may fall in between.
TEST_F(FillStoreTest, FindsRowsThatACrashLeftUnindexed) {
  begin();
  page(three());
  ASSERT_TRUE(writer().flush());
  open();  // without end_sweep(); what follows works on the rows of before
  EXPECT_EQ(apply(Page().user("a", "1-x", "Ann").user("b", "2-x", "Bobby")).changed, 1u);
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ids(reader().search(Kind::user, "bobb", 9)), ElementsAre("b"));
  EXPECT_EQ(reader().state(Kind::user)->count, 3u);
}

TEST_F(FillStoreTest, ChangesARowOfAFillBeforeItIsIndexed) {
  begin();
  page(three());
  ASSERT_TRUE(writer().flush());
  page(Page().add("b", "2-x",
                  R"({"id":"b","rev":"2-x","status":"DISABLED","login":"x","name":"Berta"})"));
  ASSERT_TRUE(writer().finish_sweep(Kind::user, {{"c", "", Gone::purged}}, kStart));
  EXPECT_THAT(ids(reader().search(Kind::user, "berta", 9)), ElementsAre("b"));
  EXPECT_THAT(ids(reader().search(Kind::user, "bob", 9)), IsEmpty());
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("a", "b"));
  EXPECT_THAT(ids(reader().list(Kind::user, {.after = "", .status = UserStatus::disabled})),
              ElementsAre("b"));
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "x")), ElementsAre("b"));
}

}  // namespace
}  // namespace icure::store
