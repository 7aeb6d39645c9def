// The mirror's writer: sweeps from begin to finish, and those that were cut off.
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SweepStoreTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void begin(bool resumable = true, const std::string& cursor = "") {
    ASSERT_TRUE(writer().begin_sweep(Kind::user, {kStart, cursor}, resumable));
  }
  void page(const Page& documents, const std::optional<std::string>& cursor) {
    const auto asked = ++order_;
    ASSERT_TRUE(writer().apply(Kind::user, documents.documents(), asked, ++order_, cursor));
  }
  void walk(const Page& documents, const std::optional<std::string>& cursor) {
    const auto asked = ++order_;
    ASSERT_TRUE(
        writer().apply(Kind::user, documents.documents(), asked, ++order_, cursor, Origin::walk));
  }
  std::uint64_t finish(const std::vector<Departure>& departed,
                       std::optional<WallTime> as_of = kStart) {
    auto removed = writer().finish_sweep(Kind::user, departed, as_of);
    EXPECT_TRUE(removed) << removed.error().message;
    return removed ? removed->removed : 0;
  }
  void fill(const Page& documents) {
    begin();
    page(documents, "c");
    finish({});
    writer().end_sweep(Kind::user);
  }
  static Page three() {
    return Page().user("a", "1-x", "Ann").user("b", "1-x", "Bob").user("c", "1-x", "Cleo");
  }
  KindState state() { return *reader().state(Kind::user); }
};

TEST_F(SweepStoreTest, CompletesAKind) {
  EXPECT_FALSE(state().complete);
  EXPECT_FALSE(state().as_of);
  fill(three());
  EXPECT_TRUE(state().complete);
  EXPECT_EQ(state().as_of, kStart);
  EXPECT_EQ(state().count, 3u);
  EXPECT_FALSE(*writer().unfinished(Kind::user));
  EXPECT_THAT(ids(reader().search(Kind::user, "cl", 9)), ElementsAre("c"));
}

TEST_F(SweepStoreTest, RemembersWhereItWasCutOff) {
  begin();
  EXPECT_EQ((*writer().unfinished(Kind::user))->cursor, "");
  page(three(), "page 2");
  ASSERT_TRUE(writer().flush());
  open();
  const auto left = *writer().unfinished(Kind::user);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->cursor, "page 2");
  EXPECT_EQ(left->started, kStart);
  EXPECT_FALSE(*writer().unfinished(Kind::hcp));

  begin(true, left->cursor);
  page(Page().user("d", "1-x", "Dan"), "page 3");
  finish({});
  EXPECT_EQ(state().count, 4u);
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("a", "b", "c", "d"));
}

TEST_F(SweepStoreTest, KeepsTheCursorOfASweepThatFoundNothingNew) {
  fill(three());
  begin();
  page(three(), "page 2");
  writer().end_sweep(Kind::user);
  EXPECT_EQ((*writer().unfinished(Kind::user))->cursor, "page 2");
}

TEST_F(SweepStoreTest, ATickLeavesTheUnfinishedSweepAlone) {
  fill(three());
  begin();
  page(three(), "page 2");
  writer().end_sweep(Kind::user);

  ASSERT_TRUE(writer().begin_sweep(Kind::user, {kStart + 5min, ""}, false));
  page(Page().user("d", "1-x", "Dan"), "tick's own");
  EXPECT_EQ(finish({{"a", "", Gone::deleted}}, std::nullopt), 1u);
  writer().end_sweep(Kind::user);
  EXPECT_EQ((*writer().unfinished(Kind::user))->cursor, "page 2");
  EXPECT_EQ(state().as_of, kStart);
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("b", "c", "d"));
}

TEST_F(SweepStoreTest, FindsWhoVanished) {
  fill(three());
  begin();
  EXPECT_EQ(*writer().mark_present(Kind::user, {"a", "new", "c"}), 1u);
  EXPECT_EQ(*writer().mark_present(Kind::user, {"new"}), 0u) << "it is wanted already";
  EXPECT_THAT(*writer().take_wanted(Kind::user, 9), ElementsAre("new"));
  EXPECT_THAT(*writer().take_wanted(Kind::user, 9), IsEmpty());
  EXPECT_THAT(*writer().absent(Kind::user, ++order_), ElementsAre("b"));
  EXPECT_THAT(*writer().present_after(Kind::user, "", 9), ElementsAre("a", "c"));
  EXPECT_THAT(*writer().present_after(Kind::user, "", 1), ElementsAre("a"));
  EXPECT_THAT(*writer().present_after(Kind::user, "a", 9), ElementsAre("c"));
  EXPECT_THAT(*writer().present_after(Kind::user, "c", 9), IsEmpty());
  ASSERT_TRUE(writer().mark_absent(Kind::user, {"c", "unknown"}));
  EXPECT_THAT(*writer().absent(Kind::user, ++order_), ElementsAre("b", "c"));
}

TEST_F(SweepStoreTest, KnowsWhatMovedPastTheWalk) {
  fill(three());
  begin();
  walk(Page().user("a", "1-x", "Ann").user("b", "2-x", "Bo").user("d", "1-x", "Di"), "page 2");
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a", "b", "c", "d"}));
  EXPECT_THAT(*writer().passed_over(Kind::user), ElementsAre("c"));
  ASSERT_TRUE(writer().mark_absent(Kind::user, {"c"}));
  EXPECT_THAT(*writer().passed_over(Kind::user), ElementsAre());
}

TEST_F(SweepStoreTest, KnowsWhatMovedPastAWalkThatWasCutOff) {
  fill(three());
  begin();
  walk(Page().user("c", "1-x", "Cleo"), std::nullopt);  // the last page; it was in no other
  finish({});
  writer().end_sweep(Kind::user);
  begin();
  walk(Page().user("a", "1-x", "Ann").user("b", "2-x", "Bo").user("d", "1-x", "Di"), "page 2");
  ASSERT_TRUE(writer().flush());
  open();
  begin(true, "page 2");
  walk(Page().user("e", "1-x", "Eva"), std::nullopt);
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a", "b", "c", "d", "e"}));
  EXPECT_THAT(*writer().passed_over(Kind::user), ElementsAre("c"));
  finish({});
  writer().end_sweep(Kind::user);
  begin();
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a"}));
  EXPECT_THAT(*writer().passed_over(Kind::user), ElementsAre("a")) << "this is another walk";
}

// A walk that is cut off must not ask again for what its pages had.
TEST_F(SweepStoreTest, WhatAHintBroughtAndAPageHadAsWellIsWalkedAlsoWhenCutOff) {
  begin();
  page(Page().user("d", "1-x", "Di"), std::nullopt);
  ASSERT_TRUE(writer().flush());
  walk(Page().user("a", "1-x", "Ann").user("d", "1-x", "Di"), "page 2");
  ASSERT_TRUE(writer().flush());
  open();
  begin(true, "page 2");
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a", "d"}));
  EXPECT_THAT(*writer().passed_over(Kind::user), IsEmpty());
}

TEST_F(SweepStoreTest, ARowStoredMeanwhileIsNotAbsent) {
  fill(three());
  begin();
  const auto asked = ++order_;
  page(Page().user("d", "1-x", "Dan").user("b", "2-x", "Bob"), std::nullopt);
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a"}));
  EXPECT_THAT(*writer().absent(Kind::user, asked), ElementsAre("c"));
}

TEST_F(SweepStoreTest, ARowWhoseAnswerWasOvertakenByTheListMayBeAbsent) {
  begin();
  const auto read_asked = ++order_;
  const auto list_asked = ++order_;
  const auto read_answered = ++order_;
  Page late;
  late.user("a", "1-x", "Ann");
  ASSERT_TRUE(
      writer().apply(Kind::user, late.documents(), read_asked, read_answered, std::nullopt));
  EXPECT_THAT(*writer().absent(Kind::user, list_asked), ElementsAre("a"));
  EXPECT_THAT(*writer().absent(Kind::user, read_asked), IsEmpty());
}

TEST_F(SweepStoreTest, MarksBelongToOneSweep) {
  fill(three());
  begin();
  ASSERT_TRUE(writer().mark_present(Kind::user, {"a", "b", "c"}));
  writer().end_sweep(Kind::user);
  begin();
  EXPECT_THAT(*writer().absent(Kind::user, ++order_), SizeIs(3));
}

TEST_F(SweepStoreTest, RemovesTheDepartedFromEverywhere) {
  fill(three());
  begin();
  EXPECT_EQ(finish({{"b", "2-gone", Gone::deleted}, {"stranger", "", Gone::purged}}), 1u);
  writer().end_sweep(Kind::user);
  EXPECT_EQ(reader().get(Kind::user, "b").error().code, Code::not_found);
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("a", "c"));
  EXPECT_THAT(ids(reader().search(Kind::user, "bob", 9)), IsEmpty());
  EXPECT_THAT(ids(reader().find(Kind::user, Key::login, "Bob@clinic.test")), IsEmpty());
  EXPECT_EQ(state().count, 2u);
  close();
  auto db = raw("mirror.db");
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM lookup").getInt(), 2);
  EXPECT_EQ(db.execAndGet("SELECT rev FROM tombstone WHERE id = 'b'").getString(), "2-gone");
  EXPECT_GT(db.execAndGet("SELECT at FROM tombstone WHERE id = 'b'").getInt64(), 0);
}

TEST_F(SweepStoreTest, TheDepartedMayComeBack) {
  fill(three());
  begin();
  finish({{"b", "2-gone", Gone::hidden}});
  page(Page().user("b", "1-x", "Bob"), std::nullopt);  // the very revision that was removed
  writer().end_sweep(Kind::user);
  EXPECT_EQ(reader().get(Kind::user, "b")->rev, "1-x");
  EXPECT_THAT(ids(reader().search(Kind::user, "bob", 9)), ElementsAre("b"));
  close();
  EXPECT_EQ(raw("mirror.db").execAndGet("SELECT count(*) FROM tombstone").getInt(), 0);
}

TEST_F(SweepStoreTest, KeepsTombstonesOfWhatDidNotComeBack) {
  fill(three());
  begin();
  finish({{"b", "2-gone", Gone::deleted}, {"a", "", Gone::purged}, {"c", "1-x", Gone::hidden}});
  auto graves = *reader().tombstones(Kind::user, "", 9);
  ASSERT_THAT(graves, SizeIs(3));
  EXPECT_EQ(graves[0].id, "a");
  EXPECT_EQ(graves[0].how, Gone::purged);
  EXPECT_EQ(graves[1].rev, "2-gone");
  EXPECT_EQ(graves[2].how, Gone::hidden);
  EXPECT_EQ(graves[2].at, clock_.wall());
  page(Page().user("b", "3-x", "Bob"), std::nullopt);
  writer().end_sweep(Kind::user);
  reader().end_turn();
  EXPECT_THAT(*reader().tombstones(Kind::user, "a", 9), SizeIs(1)) << "b came back";
  EXPECT_THAT(*reader().tombstones(Kind::hcp, "", 9), IsEmpty());
}

TEST_F(SweepStoreTest, ADepartureDoesNotRemoveARowThatWasAnsweredLater) {
  fill(three());
  EXPECT_EQ(finish({{"b", "2-gone", Gone::deleted, 1, 9}}), 0u) << "the row was answered at 2";
  EXPECT_EQ(reader().get(Kind::user, "b")->rev, "1-x");
  EXPECT_THAT(*reader().tombstones(Kind::user, "", 9), IsEmpty());
}

TEST_F(SweepStoreTest, AnOlderPageDoesNotBringBackWhatIsGone) {
  fill(three());
  const auto page_asked = ++order_;  // the page with b is on its way
  const auto asked = ++order_;
  const auto answered = ++order_;
  EXPECT_EQ(finish({{"b", "2-gone", Gone::deleted, asked, answered}}), 1u);
  EXPECT_EQ(*writer().newest_order(), answered) << "the counter goes on from there";
  const auto late = Page().user("b", "1-x", "Bob");
  auto applied = writer().apply(Kind::user, late.documents(), page_asked, ++order_, {});
  EXPECT_THAT(applied->doubtful, ElementsAre("b"));
  EXPECT_EQ(reader().get(Kind::user, "b").error().code, Code::not_found);
  const auto again = ++order_;
  applied = writer().apply(Kind::user, late.documents(), again, ++order_, {});
  EXPECT_EQ(applied->added, 1u);
}

// Anybody may ask for an id that nobody has, and such answers must not fill the disk.
TEST_F(SweepStoreTest, AnIdThatWasNeverHereLeavesNoTombstone) {
  fill(three());
  EXPECT_EQ(finish({{"x", "", Gone::purged}}, std::nullopt), 0u);
  EXPECT_THAT(*reader().tombstones(Kind::user, "", 9), IsEmpty());
}

TEST_F(SweepStoreTest, ATombstoneGoesOnSayingHowItsRowDeparted) {
  fill(three());
  EXPECT_EQ(finish({{"b", "", Gone::hidden}}), 1u);
  EXPECT_EQ(finish({{"b", "", Gone::purged}}, std::nullopt), 0u) << "byIds tells it no more";
  EXPECT_EQ(reader().tombstones(Kind::user, "", 9)->at(0).how, Gone::hidden);
}

TEST_F(SweepStoreTest, APageOnItsWayDoesNotBringWhatWasPurgedBeforeItWasKnown) {
  fill(three());
  begin();
  const auto page_asked = ++order_;  // the page with x is on its way
  const auto asked = ++order_;
  EXPECT_EQ(finish({{"x", "", Gone::purged, asked, ++order_}}, std::nullopt), 0u);
  const auto late = Page().user("x", "1-x", "Xenia");
  auto applied = writer().apply(Kind::user, late.documents(), page_asked, ++order_, "c");
  EXPECT_THAT(applied->doubtful, ElementsAre("x"));
}

TEST_F(SweepStoreTest, KindsAreSweptSideBySide) {
  begin();
  ASSERT_TRUE(writer().begin_sweep(Kind::device, {kStart, ""}, true));
  page(three(), "u2");
  const auto device = Page().add("a", "9-d", R"({"name":"Ann's cuff"})");
  ASSERT_TRUE(writer().apply(Kind::device, device.documents(), 90, 91, std::string("d2")));
  ASSERT_TRUE(writer().finish_sweep(Kind::device, {}, kStart));
  writer().end_sweep(Kind::device);
  EXPECT_EQ(reader().get(Kind::device, "a")->rev, "9-d");
  EXPECT_TRUE(reader().state(Kind::device)->complete);
  EXPECT_FALSE(state().complete);
  EXPECT_EQ((*writer().unfinished(Kind::user))->cursor, "u2");
}

}  // namespace
}  // namespace icure::store
