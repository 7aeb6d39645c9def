// Documents created, edited and removed through the outbox, over a real store: each refusal, each
// lost request and reply, and what the mirror shows then.
#include <gmock/gmock.h>

#include "sync/outbox/document_write.h"
#include "sync/outbox/outbox.h"
#include "sync/outbox/prepare.h"
#include "tests/fakes/fake_writes.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using store::ItemState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kPost = "POST /rest/v2/user";
constexpr auto kPut = "PUT /rest/v2/user";
constexpr auto kDelete = "DELETE /rest/v2/user";

class DocumentWriteTest : public support::SyncTest {
 public:
  DocumentWriteTest() {
    outbox.carry_out("user.create", create);
    outbox.carry_out("owner.create", create);
    for (const auto* op : {"user.modify", "user.enable", "user.disable", "owner.modify"}) {
      outbox.carry_out(op, edit);
    }
    outbox.carry_out("user.delete", remove);
    engine.watch([this] { outbox.wake(); });
    platform.put("u1", "Anna");
    platform.at(Kind::user, "u1")["passwordHash"] = "*";
    platform.at(Kind::user, "u1")["strange"] = {{"kept", true}};
    platform.put(Kind::hcp, "h1", "Vega");
    sweeper.configure({3, 1h, {}});
    for (const auto kind : {Kind::user, Kind::hcp}) {
      std::map<Kind, store::KindCounts> counts;
      std::vector<Kind> kinds(1, kind);
      finish(sweeper.sweep(kinds, Depth::full, counts, stop.get_token()));
    }
    http.seen.clear();
    scope.run(outbox.loop(stop.get_token()));
    pump();
  }
  ~DocumentWriteTest() override {
    stop.request_stop();
    pump();
  }

 protected:
  Asked asked() { return {Right::administration, clock.wall()}; }
  Known known(Kind kind, const std::string& id) {
    const auto row = *(*stores->open_reader(1 << 20))->get(kind, id);
    return {row.json, row.json};
  }
  std::string add(Result<store::Item> item) {
    EXPECT_TRUE(item) << item.error().message;
    item->id = "i" + std::to_string(++items);
    item->overlay.reset();
    auto id = item->id;
    EXPECT_TRUE(finish(outbox.enqueue(std::move(*item), {1000, id, "p"})));
    return id;
  }
  std::string modify(const Json& patch, const std::string& id = "u1") {
    return add(prepare_user_modify(known(Kind::user, id), patch.dump(), std::nullopt, asked()));
  }
  store::Item item(const std::string& id) { return *stores->outbox().item(id); }
  Json mirrored_document(Kind kind, const std::string& id) {
    auto row = (*stores->open_reader(1 << 20))->get(kind, id);
    return row ? Json::parse(row->json) : Json();
  }
  Json& user(const std::string& id = "u1") { return platform.at(Kind::user, id); }
  /// Until the line is found again and what waited is through.
  void line_returns() {
    engine.succeeded();
    advance(3s);
  }

  fakes::FakeWrites writes{http, platform};
  Refresher refresher{rest, sweeper, engine, stores->mirror(), mirror_thread, parser, clock};
  CreateDocument create{rest, refresher};
  EditDocument edit{rest, refresher};
  RemoveDocument remove{rest, refresher};
  Outbox outbox{stores->outbox(), ledger_thread, engine, session.time(), clock, random, ""};
  int items = 0;
};

TEST_F(DocumentWriteTest, AnEditIsSentAndThenMirrored) {
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_EQ(user()["name"], "Anna V");
  EXPECT_EQ(mirrored_document(Kind::user, "u1"), user());
}

TEST_F(DocumentWriteTest, AnEditKeepsThePasswordAndWhatWeDoNotKnow) {
  modify({{"name", "Anna V"}});
  EXPECT_EQ(writes.last["passwordHash"], "*");
  EXPECT_EQ(writes.last["strange"], Json({{"kept", true}}));
  user().erase("passwordHash");
  modify({{"name", "Anna W"}});
  EXPECT_FALSE(writes.last.contains("passwordHash"));
}

TEST_F(DocumentWriteTest, AnEditIsMergedWithWhatSomebodyElseChanged) {
  user()["rev"] = platform.next_rev();
  user()["email"] = "new@x.test";
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_EQ(user()["email"], "new@x.test");
  EXPECT_EQ(user()["name"], "Anna V");
}

TEST_F(DocumentWriteTest, AChangeBetweenReadingAndWritingIsMergedToo) {
  int changes = 0;
  writes.before_write = [&] {
    if (++changes > 2) return;
    user()["rev"] = platform.next_rev();
    user()["email"] = std::to_string(changes) + "@x.test";
  };
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_EQ(user()["email"], "2@x.test");
  EXPECT_EQ(writes.arrived.size(), 3u);
}

TEST_F(DocumentWriteTest, AfterThreeRoundsAPersonIsAskedWithBothVersions) {
  writes.before_write = [&] { user()["rev"] = platform.next_rev(); };
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(writes.arrived.size(), 3u);
  EXPECT_EQ(item(id).state, ItemState::blocked);
  EXPECT_NE(conflict_in(item(id).content), "");
}

TEST_F(DocumentWriteTest, AConflictIsBlockedAndKeepsBothVersions) {
  user()["rev"] = platform.next_rev();
  user()["name"] = "Hanna";
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(item(id).state, ItemState::blocked);
  EXPECT_THAT(item(id).last_error, HasSubstr("/name"));
  EXPECT_THAT(item(id).last_error, Not(HasSubstr("Anna"))) << "no names in messages";
  const auto conflict = Json::parse(conflict_in(item(id).content));
  EXPECT_EQ(conflict["rev"], user()["rev"]);
  EXPECT_EQ(conflict["members"][0],
            Json({{"member", "/name"}, {"base", "Anna"}, {"ours", "Anna V"}, {"theirs", "Hanna"}}));
  EXPECT_THAT(writes.arrived, IsEmpty());
  EXPECT_EQ(user()["name"], "Hanna");
}

TEST_F(DocumentWriteTest, WhatIsThereAlreadyIsNotSentAgain) {
  user()["status"] = "DISABLED";
  const auto id = add(prepare_user_state(known(Kind::user, "u1"), UserState::disabled, asked()));
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_THAT(writes.arrived, IsEmpty());
}

TEST_F(DocumentWriteTest, AnEditWhoseRequestWasLostIsSentAgain) {
  writes.lost_requests = {kPut};
  const auto id = modify({{"name", "Anna V"}});
  EXPECT_EQ(item(id).state, ItemState::queued);
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_THAT(writes.arrived, ElementsAre(kPut));
}

TEST_F(DocumentWriteTest, AnEditWhoseReplyWasLostIsNotSentTwice) {
  writes.lost_replies = {kPut};
  const auto id = modify({{"name", "Anna V"}});
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_THAT(writes.arrived, ElementsAre(kPut));
  EXPECT_EQ(mirrored_document(Kind::user, "u1"), user());
}

TEST_F(DocumentWriteTest, TheMirrorIsFedBeforeAnEditIsDone) {
  int answers = 0;
  platform.before_answer = [&](const fakes::FakeHttp::Seen& seen) {
    if (seen.target.ends_with("/byIds") && ++answers == 1) return;
    if (seen.target.ends_with("/byIds")) platform.fault = Cause::connect;
  };
  platform.statuses.clear();
  const auto id = modify({{"name", "Anna V"}});
  platform.before_answer = nullptr;
  EXPECT_EQ(item(id).state, ItemState::done) << "its second reading came before the line broke";
  platform.fault = Cause::connect;
  const auto other = modify({{"name", "Anna W"}});
  EXPECT_EQ(item(other).state, ItemState::queued);
  platform.fault.reset();
  line_returns();
  EXPECT_EQ(item(other).state, ItemState::done);
  EXPECT_EQ(mirrored_document(Kind::user, "u1"), user());
}

TEST_F(DocumentWriteTest, AnEditOfWhatIsGoneFailsAndItIsGoneFromTheMirror) {
  const auto before = known(Kind::user, "u1");
  platform.soft_delete(Kind::user, "u1");
  const auto id = add(prepare_user_modify(before, R"({"name":"A"})", std::nullopt, asked()));
  EXPECT_EQ(item(id).state, ItemState::failed);
  EXPECT_FALSE(item(id).hint.empty());
  EXPECT_THAT(mirrored(), IsEmpty());
}

TEST_F(DocumentWriteTest, ANewUserIsCreatedAndMirrored) {
  const auto made = prepare_user_create(R"({"email":"b@x.test"})", asked(), random);
  const auto id = add(made);
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_EQ(mirrored_document(Kind::user, made->entity), user(made->entity));
  EXPECT_EQ(user(made->entity)["email"], "b@x.test");
}

TEST_F(DocumentWriteTest, ACreationWhoseReplyWasLostIsDoneOnce) {
  writes.lost_replies = {kPost};
  const auto made = prepare_user_create(R"({"email":"b@x.test"})", asked(), random);
  const auto id = add(made);
  EXPECT_EQ(item(id).state, ItemState::queued);
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::done) << "although the platform says 400: it exists";
  EXPECT_THAT(mirrored(), testing::UnorderedElementsAre("u1", made->entity));
}

TEST_F(DocumentWriteTest, ACreationWhoseRequestWasLostIsSentAgain) {
  writes.lost_requests = {kPost};
  const auto id = add(prepare_user_create(R"({"email":"b@x.test"})", asked(), random));
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::done);
}

TEST_F(DocumentWriteTest, AnEmailThatAnotherUserHasIsSaidInWords) {
  user()["email"] = "b@x.test";
  const auto id = add(prepare_user_create(R"({"email":"b@x.test"})", asked(), random));
  EXPECT_EQ(item(id).state, ItemState::blocked);
  EXPECT_THAT(item(id).last_error, HasSubstr("already has this e-mail address"));
  EXPECT_THAT(item(id).last_error, Not(HasSubstr("b@x.test")));
}

TEST_F(DocumentWriteTest, RefusalsAreToldApartByStatus) {
  const std::map<int, std::pair<ItemState, std::string>> expected = {
      {400, {ItemState::blocked, "not valid"}},
      {402, {ItemState::blocked, "subscription"}},
      {403, {ItemState::blocked, "not permitted"}},
      {422, {ItemState::blocked, "not valid"}},
  };
  for (const auto& [status, outcome] : expected) {
    platform.statuses[kPut] = status;
    const auto id = modify({{"name", std::to_string(status)}});
    EXPECT_EQ(item(id).state, outcome.first) << status;
    EXPECT_THAT(item(id).last_error, HasSubstr(outcome.second)) << status;
    EXPECT_FALSE(item(id).hint.empty()) << status;
    platform.statuses.clear();
    EXPECT_TRUE(finish(outbox.act(Action::retry, id, "")));
    EXPECT_EQ(item(id).state, ItemState::done) << status;
  }
}

TEST_F(DocumentWriteTest, AFaultOfThePlatformIsTriedAgain) {
  platform.statuses[kPut] = 500;
  const auto id = modify({{"name", "Anna V"}});
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::retrying);
  platform.statuses.clear();
  advance(20s);
  EXPECT_EQ(item(id).state, ItemState::done);
}

TEST_F(DocumentWriteTest, ADeletionLeavesNothingInTheMirror) {
  const auto id = add(prepare_user_delete(known(Kind::user, "u1"), asked()));
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_TRUE(user().contains("deletionDate"));
  EXPECT_THAT(mirrored(), IsEmpty());
}

TEST_F(DocumentWriteTest, ADeletionWhoseReplyWasLostIsDoneOnce) {
  writes.lost_replies = {kDelete};
  const auto id = add(prepare_user_delete(known(Kind::user, "u1"), asked()));
  line_returns();
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_THAT(writes.arrived, ElementsAre(kDelete));
}

TEST_F(DocumentWriteTest, ADeletionGoesOnOverChangesAndWhatIsGoneAlready) {
  int changes = 0;
  writes.before_write = [&] {
    if (++changes == 1) user()["rev"] = platform.next_rev();
  };
  const auto before = known(Kind::user, "u1");
  EXPECT_EQ(item(add(prepare_user_delete(before, asked()))).state, ItemState::done);
  platform.remove("u1");
  EXPECT_EQ(item(add(prepare_user_delete(before, asked()))).state, ItemState::done);
}

TEST_F(DocumentWriteTest, OwnersAreWrittenAsUsersAre) {
  const auto made = prepare_owner_create(Kind::hcp, R"({"lastName":"Mori"})", asked(), random);
  EXPECT_EQ(item(add(made)).state, ItemState::done);
  EXPECT_EQ(platform.at(Kind::hcp, made->entity)["lastName"], "Mori");
  const auto id = add(
      prepare_owner_modify(Kind::hcp, known(Kind::hcp, "h1"), R"({"speciality":"gp"})", asked()));
  EXPECT_EQ(item(id).state, ItemState::done);
  EXPECT_EQ(mirrored_document(Kind::hcp, "h1")["speciality"], "gp");
  EXPECT_FALSE(writes.last.contains("passwordHash"));
}

}  // namespace
}  // namespace icure::sync
