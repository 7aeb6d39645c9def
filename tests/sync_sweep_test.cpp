// sync/sweep.h over a real mirror: what is asked, what is believed, what is left alone.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class SweepTest : public support::SyncTest {
 protected:
  SweepTest() {
    for (const auto* id : {"a", "b", "c", "d", "e", "f", "g"}) platform.put(id, "first");
  }
  Answer<Done> sweep(Depth depth = Depth::full) {
    std::vector<Kind> users = {Kind::user};
    Counts all;
    const auto faults = finish(sweeper.sweep(users, depth, all, stop.get_token()));
    counts = all[Kind::user];
    if (!faults.empty()) return faults.begin()->second;
    return Done{};
  }
  store::KindCounts counts;
};

TEST_F(SweepTest, MirrorsEveryPageAndSaysWhenItBegan) {
  const auto before = clock.wall();
  ASSERT_TRUE(sweep());
  EXPECT_THAT(mirrored(), ElementsAre("a", "b", "c", "d", "e", "f", "g"));
  EXPECT_EQ(counts.added, 7u);
  EXPECT_EQ(state().as_of, before);
  EXPECT_TRUE(state().complete);
  EXPECT_EQ(platform.asked["GET /rest/v2/user"], 3);
  EXPECT_EQ(platform.asked["POST /rest/v2/user/match"], 1);
  EXPECT_EQ(platform.asked["POST /rest/v2/user/byIds"], 0);
}

TEST_F(SweepTest, CountsWhatChangedAndConfirmsWhatVanished) {
  ASSERT_TRUE(sweep());
  platform.put("b", "second");
  platform.put("x", "new");
  platform.remove("g");
  ASSERT_TRUE(sweep());
  EXPECT_EQ(counts.added, 1u);
  EXPECT_EQ(counts.changed, 1u);
  EXPECT_EQ(counts.deleted, 1u);
  EXPECT_EQ(platform.asked["POST /rest/v2/user/byIds"], 1) << "a deletion is confirmed by id";
  EXPECT_THAT(mirrored(), ElementsAre("a", "b", "c", "d", "e", "f", "x"));
}

TEST_F(SweepTest, AQuickOneFindsNewAndGoneIdsAndLeavesAsOfAlone) {
  ASSERT_TRUE(sweep());
  const auto as_of = state().as_of;
  clock.advance(5min);
  platform.put("x", "new");
  platform.remove("a");
  ASSERT_TRUE(sweep(Depth::quick));
  EXPECT_EQ(platform.asked["GET /rest/v2/user"], 3) << "no pages";
  EXPECT_THAT(mirrored(), ElementsAre("b", "c", "d", "e", "f", "g", "x"));
  EXPECT_EQ(state().as_of, as_of);
}

TEST_F(SweepTest, GoesOnWhereItWasCutOff) {
  platform.before_answer = [this](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.find("startDocumentId=g") != std::string::npos) stop.request_stop();
  };
  const auto begun = clock.wall();
  EXPECT_EQ(sweep().error().cause, Cause::stopping);
  EXPECT_FALSE(state().complete);
  platform.before_answer = nullptr;
  stop = std::stop_source();
  clock.advance(10min);
  const auto before = platform.asked["GET /rest/v2/user"];
  ASSERT_TRUE(sweep());
  EXPECT_LT(platform.asked["GET /rest/v2/user"] - before, 3);
  EXPECT_THAT(mirrored(), ElementsAre("a", "b", "c", "d", "e", "f", "g"));
  EXPECT_EQ(state().as_of, begun) << "the first request of the sweep was sent then";
}

TEST_F(SweepTest, StartsOverWhenWhatWasCutOffIsTooOld) {
  platform.before_answer = [this](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.find("startDocumentId=g") != std::string::npos) stop.request_stop();
  };
  ASSERT_FALSE(sweep());
  platform.before_answer = nullptr;
  stop = std::stop_source();
  clock.advance(2h);
  const auto before = platform.asked["GET /rest/v2/user"];
  const auto begun = clock.wall();
  ASSERT_TRUE(sweep());
  EXPECT_EQ(platform.asked["GET /rest/v2/user"] - before, 3);
  EXPECT_EQ(state().as_of, begun);
}

TEST_F(SweepTest, AnOlderPageNeverOverwritesANewerAnswer) {
  ASSERT_TRUE(sweep());
  // While the page with `a` is on its way, somebody reads `a` by id and gets a newer rev.
  platform.put("b", "changed");
  bool once = false;
  platform.before_answer = [&](const fakes::FakeHttp::Seen& seen) {
    if (once || !seen.target.starts_with("/rest/v2/user?")) return;
    once = true;
    platform.put("a", "newer");
    const std::string json = R"({"id":"a","rev":"9-x","name":"newer","login":"a@x.test"})";
    auto applied = stores->mirror().apply(Kind::user, {{"a", "9-x", json}}, 1'000, 1'000, {});
    ASSERT_TRUE(applied);
    ASSERT_TRUE(stores->mirror().flush());
  };
  ASSERT_TRUE(sweep());
  auto reader = stores->open_reader(1 << 20);
  EXPECT_EQ((*(*reader)->get(Kind::user, "a")).rev, "9-x");
}

TEST_F(SweepTest, NeverTakesAnEmptyListForADeletion) {
  ASSERT_TRUE(sweep());
  for (const auto* id : {"a", "b", "c", "d", "e", "f", "g"}) platform.remove(id);
  const auto as_of = state().as_of;
  clock.advance(1min);
  ASSERT_TRUE(sweep());
  EXPECT_EQ(counts.held, 7u);
  EXPECT_EQ(counts.deleted, 0u);
  EXPECT_EQ(state().as_of, as_of) << "nothing was checked to the end";
  EXPECT_EQ(mirrored().size(), 7u);
}

TEST_F(SweepTest, RefusesAPageThatLeadsBackToItself) {
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (!seen.target.starts_with("/rest/v2/user?")) return answer(seen);
    return fakes::reply_of(200, R"({"rows":[{"id":"a","rev":"1-x"}],)"
                                R"("nextKeyPair":{"startKey":"a","startKeyDocId":"a"}})");
  };
  EXPECT_EQ(sweep().error().cause, Cause::bad_answer);
}

TEST_F(SweepTest, ReadsAUserWhoMovedToAPageThatWasReadAlready) {
  ASSERT_TRUE(sweep());
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (!seen.target.starts_with("/rest/v2/user?")) return answer(seen);
    // `g` was to come on the last page, and has got the first of all logins meanwhile.
    if (seen.target.find("startDocumentId") == std::string::npos) platform.put("g", "Moved");
    auto page = answer(seen);
    auto json = nlohmann::json::parse(page->body);
    for (auto row = json["rows"].begin(); row != json["rows"].end();) {
      row = (*row)["id"] == "g" ? json["rows"].erase(row) : row + 1;
    }
    page->body = json.dump();
    return page;
  };
  ASSERT_TRUE(sweep());
  auto reader = stores->open_reader(1 << 20);
  EXPECT_THAT((*(*reader)->get(Kind::user, "g")).json, testing::HasSubstr("Moved"));
}

TEST_F(SweepTest, GoesOnBehindAUserWhoMovedToTheNextPage) {
  auto answer = http.answer;
  int pages = 0;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (!seen.target.starts_with("/rest/v2/user?")) return answer(seen);
    // `c`, where the second page begins, has another login by the time it is asked for.
    static constexpr const char* kPages[] = {
        R"({"rows":[{"id":"a","rev":"1-x"}],"nextKeyPair":{"startKey":"c@x","startKeyDocId":"c"}})",
        R"({"rows":[{"id":"d","rev":"1-x"}],"nextKeyPair":{"startKey":"z@x","startKeyDocId":"c"}})",
        R"({"rows":[{"id":"c","rev":"2-x"}]})"};
    return fakes::reply_of(200, kPages[std::min(pages++, 2)]);
  };
  const auto swept = sweep();
  ASSERT_TRUE(swept) << swept.error().message;
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(mirrored(), testing::IsSupersetOf({"a", "c", "d"}));
}

}  // namespace
}  // namespace icure::sync
