// sync/sweep.h: what a full sweep would do, without doing it.
#include <gmock/gmock.h>

#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

class PlanTest : public support::SyncTest {
 protected:
  PlanTest() {
    for (const auto* id : {"a", "b", "c", "d", "e"}) platform.put(id, "first");
    for (const auto* id : {"h1", "h2", "h3", "h4"}) platform.put(Kind::hcp, id, "first");
    Counts counts;
    const auto faults =
        finish(sweeper.sweep({Kind::user, Kind::hcp}, Depth::full, counts, stop.get_token()));
    EXPECT_TRUE(faults.empty());
  }
  std::map<Kind, Planned> plan() {
    auto planned = finish(sweeper.plan({Kind::user, Kind::hcp}, stop.get_token()));
    EXPECT_TRUE(planned);
    return planned ? *planned : std::map<Kind, Planned>{};
  }
};

TEST_F(PlanTest, TellsNothingWhereNothingChanged) {
  for (const auto& [kind, planned] : plan()) {
    EXPECT_EQ(planned.counts.added, 0u) << name_of(kind);
    EXPECT_EQ(planned.counts.changed, 0u) << name_of(kind);
    EXPECT_EQ(planned.counts.deleted, 0u) << name_of(kind);
    EXPECT_EQ(planned.disabled, 0u) << name_of(kind);
  }
}

TEST_F(PlanTest, CountsWhatASweepWouldDoAndLeavesTheMirrorAlone) {
  const auto before = mirrored();
  const auto rev = rev_of(Kind::user, "a");
  platform.put("a", "changed");
  platform.put("b", "first", "DISABLED");
  platform.remove("c");
  platform.put("f", "new");
  platform.put(Kind::hcp, "h1", "changed");
  platform.put(Kind::hcp, "h5", "new");
  auto planned = plan();
  const auto& users = planned[Kind::user];
  EXPECT_EQ(users.counts.added, 1u);
  EXPECT_EQ(users.counts.changed, 1u);
  EXPECT_EQ(users.counts.deleted, 1u);
  EXPECT_EQ(users.disabled, 1u);
  const auto& hcps = planned[Kind::hcp];
  EXPECT_EQ(hcps.counts.added, 1u);
  EXPECT_EQ(hcps.counts.changed, 1u);
  EXPECT_EQ(mirrored(), before);
  EXPECT_EQ(rev_of(Kind::user, "a"), rev);

  Counts counts;
  EXPECT_TRUE(finish(sweeper.sweep({Kind::user}, Depth::full, counts, stop.get_token())).empty());
  EXPECT_EQ(counts[Kind::user].added, users.counts.added) << "and so it comes";
  EXPECT_EQ(counts[Kind::user].deleted, users.counts.deleted);
  EXPECT_NE(rev_of(Kind::user, "a"), rev);
}

TEST_F(PlanTest, WithoutTheLineThereIsNone) {
  platform.fault = Cause::connect;
  const auto planned = finish(sweeper.plan({Kind::user}, stop.get_token()));
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().cause, Cause::connect);
}

}  // namespace
}  // namespace icure::sync
