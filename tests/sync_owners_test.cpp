// sync/sweep.h for professionals, patients and devices, which are compared together.
#include <gmock/gmock.h>

#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OwnersTest : public support::SyncTest {
 protected:
  OwnersTest() {
    for (const auto* id : {"h1", "h2", "h3", "h4"}) platform.put(Kind::hcp, id, "first");
    for (const auto* id : {"p1", "p2", "p3"}) platform.put(Kind::patient, id, "first");
    for (const auto* id : {"d1", "d2"}) platform.put(Kind::device, id, "first");
  }
  Faults sweep(Depth depth = Depth::full) {
    platform.asked.clear();
    counts.clear();
    std::vector<Kind> kinds = {Kind::hcp, Kind::patient, Kind::device};
    return finish(sweeper.sweep(kinds, depth, counts, stop.get_token()));
  }
  int stub_requests() { return platform.asked["POST /rest/v2/dataowner/stub/byIds"]; }
  int reads(const std::string& path) { return platform.asked["POST /rest/v2/" + path + "/byIds"]; }
  Counts counts;
};

TEST_F(OwnersTest, AFirstLoadReadsEverythingAndProbesNothing) {
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(stub_requests(), 0);
  EXPECT_EQ(reads("hcparty"), 2) << "four ids in chunks of three";
  EXPECT_EQ(mirrored(Kind::hcp).size(), 4u);
  EXPECT_EQ(mirrored(Kind::patient).size(), 3u);
  EXPECT_EQ(mirrored(Kind::device).size(), 2u);
  EXPECT_TRUE(state(Kind::device).complete);
}

TEST_F(OwnersTest, ProbesTheKindsInMixedChunksAndReadsWhatMoved) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.at(Kind::hcp, "h2")["notes"] = std::string(500, 'x');  // a document far above its stub
  platform.put(Kind::patient, "p3", "second");
  platform.put(Kind::device, "d3", "new");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(stub_requests(), 3) << "nine ids in chunks of three, whatever their kind";
  EXPECT_EQ(reads("hcparty"), 0);
  EXPECT_EQ(reads("patient"), 1);
  EXPECT_EQ(reads("device"), 1);
  EXPECT_EQ(counts[Kind::patient].changed, 1u);
  EXPECT_EQ(counts[Kind::device].added, 1u);
  EXPECT_EQ(counts[Kind::hcp].seen, 4u);
}

// Their old revisions stayed, under an as_of that they were older than.
TEST_F(OwnersTest, WhatGoesBetweenItsListAndItsProbeIsGone) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.put(Kind::hcp, "h2", "second");
  platform.put(Kind::hcp, "h3", "second");
  platform.before_answer = [this](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.find("/device/match") == std::string::npos) return;
    platform.soft_delete(Kind::hcp, "h2");
    platform.remove(Kind::hcp, "h3");
  };
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_THAT(mirrored(Kind::hcp), ElementsAre("h1", "h4"));
  EXPECT_EQ(counts[Kind::hcp].deleted, 2u);
}

TEST_F(OwnersTest, ReadsEveryDocumentWhereStubsAreNearlyAsLarge) {
  // One kind's documents are hardly larger than its stubs, another's are.
  for (const auto* id : {"h1", "h2", "h3", "h4"}) {
    platform.at(Kind::hcp, id).erase("name");
    platform.at(Kind::hcp, id).erase("lastName");
  }
  for (const auto* id : {"p1", "p2", "p3"}) {
    platform.at(Kind::patient, id)["note"] = std::string(1000, 'x');
  }
  ASSERT_THAT(sweep(), IsEmpty());
  ASSERT_THAT(sweep(), IsEmpty());  // learns what stubs cost
  platform.put(Kind::hcp, "h4", "");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(reads("hcparty"), 2);
  EXPECT_EQ(reads("patient"), 0);
  EXPECT_EQ(counts[Kind::hcp].changed, 1u);
}

TEST_F(OwnersTest, AKindThatMayNotBeListedLeavesTheOthersGoingOn) {
  platform.statuses["POST /rest/v2/hcparty/match"] = 403;
  const auto faults = sweep();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults.at(Kind::hcp).cause, Cause::permission);
  EXPECT_FALSE(state(Kind::hcp).complete);
  EXPECT_TRUE(state(Kind::patient).complete);
  EXPECT_TRUE(state(Kind::device).complete);
}

TEST_F(OwnersTest, ALoginThatIsNoDataOwnerIsToldWhatHelps) {
  platform.statuses["GET /rest/v2/dataowner/current/hierarchy/stub"] = 404;
  auto faults = sweep();
  ASSERT_TRUE(faults.contains(Kind::patient));
  EXPECT_EQ(faults.at(Kind::patient).cause, Cause::permission);
  EXPECT_NE(faults.at(Kind::patient).message.find("patients_of"), std::string::npos);
  EXPECT_TRUE(state(Kind::hcp).complete);
  platform.statuses["GET /rest/v2/dataowner/current/hierarchy/stub"] = 400;
  faults = sweep();
  EXPECT_EQ(faults.at(Kind::patient).cause, Cause::refused) << "another fault is another matter";
}

TEST_F(OwnersTest, APermissionThatStubsLackCostsOnlyTheProbe) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.statuses["POST /rest/v2/dataowner/stub/byIds"] = 403;
  platform.put(Kind::hcp, "h1", "second");
  platform.put(Kind::device, "d1", "second");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(rev_of(Kind::hcp, "h1"), platform.at(Kind::hcp, "h1")["rev"]);
  EXPECT_EQ(rev_of(Kind::device, "d1"), platform.at(Kind::device, "d1")["rev"]);
}

TEST_F(OwnersTest, WhatHasNoStubIsReadByItsType) {
  ASSERT_THAT(sweep(), IsEmpty());
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (seen.target != "/rest/v2/dataowner/stub/byIds") return answer(seen);
    return fakes::reply_of(200, "[]");
  };
  platform.put(Kind::hcp, "h1", "second");
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(rev_of(Kind::hcp, "h1"), platform.at(Kind::hcp, "h1")["rev"]);
}

TEST_F(OwnersTest, AListThatIsCutOffIsNoList) {
  ASSERT_THAT(sweep(), IsEmpty());
  auto answer = http.answer;
  http.answer = [&](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
    if (!seen.target.ends_with("/device/match")) return answer(seen);
    return fakes::reply_of(200, R"(["d1")");
  };
  const auto faults = sweep();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults.at(Kind::device).cause, Cause::bad_answer);
  EXPECT_THAT(mirrored(Kind::device), ElementsAre("d1", "d2"));
}

TEST_F(OwnersTest, TellsDeletedPurgedAndHiddenApart) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.soft_delete(Kind::patient, "p1");
  platform.remove(Kind::hcp, "h1");
  platform.at(Kind::patient, "p2")["delegations"] = nlohmann::json::object();
  platform.unlisted = {"p2"};
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(platform.asked["POST /rest/v2/patient/match"], 1);
  auto reader = *stores->open_reader(1 << 20);
  const auto patients = *reader->tombstones(Kind::patient, "", 9);
  ASSERT_EQ(patients.size(), 2u);
  EXPECT_EQ(patients[0].how, store::Gone::deleted);
  EXPECT_EQ(patients[0].rev, platform.at(Kind::patient, "p1")["rev"]);
  EXPECT_EQ(patients[1].how, store::Gone::hidden);
  EXPECT_EQ((*reader->tombstones(Kind::hcp, "", 9))[0].how, store::Gone::purged);
  EXPECT_EQ(counts[Kind::patient].deleted, 2u);
}

TEST_F(OwnersTest, APatientOfOursThatAListLeftOutIsListedOnceMore) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.unlisted = {"p2"};
  platform.before_answer = [&](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.ends_with("/patient/byIds")) platform.unlisted.clear();
  };
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(platform.asked["POST /rest/v2/patient/match"], 2);
  EXPECT_THAT(mirrored(Kind::patient), ElementsAre("p1", "p2", "p3"));
}

TEST_F(OwnersTest, APatientThatTwoListsLeaveOutIsHidden) {
  ASSERT_THAT(sweep(), IsEmpty());
  platform.unlisted = {"p2"};
  ASSERT_THAT(sweep(), IsEmpty());
  EXPECT_EQ(platform.asked["POST /rest/v2/patient/match"], 2);
  EXPECT_THAT(mirrored(Kind::patient), ElementsAre("p1", "p3"));
  platform.unlisted.clear();
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_THAT(mirrored(Kind::patient), ElementsAre("p1", "p2", "p3"));
}

TEST_F(OwnersTest, AQuickTickFindsPatientsModifiedSinceTheLastOneByTheServersClock) {
  ASSERT_THAT(sweep(), IsEmpty());
  const auto as_of = state(Kind::patient).as_of;
  advance(std::chrono::hours(1));
  platform.put(Kind::patient, "p2", "modified");
  platform.put(Kind::device, "d1", "only a full sweep sees this");
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_EQ(counts[Kind::patient].changed, 1u);
  EXPECT_EQ(rev_of(Kind::patient, "p2"), platform.at(Kind::patient, "p2")["rev"]);
  EXPECT_EQ(counts[Kind::device].changed, 0u);
  EXPECT_EQ(stub_requests(), 0);
  EXPECT_EQ(state(Kind::patient).as_of, as_of);
  // Another client's clock is a few minutes slow.
  advance(std::chrono::minutes(20));
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_EQ(counts[Kind::patient].changed, 0u);
  platform.put(Kind::patient, "p3", "by a slow clock");
  auto& modified = platform.at(Kind::patient, "p3")["modified"];
  modified = modified.get<std::int64_t>() - 9L * 60'000;
  ASSERT_THAT(sweep(Depth::quick), IsEmpty());
  EXPECT_EQ(counts[Kind::patient].changed, 1u);
}

}  // namespace
}  // namespace icure::sync
