// The mirror's reader: by id, by key, lists, turns.
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReaderTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void user(const std::string& id, const std::string& members) {
    apply(Page().add(id, "1-x", R"({"id":")" + id + "\"," + members + "}"));
  }
  std::vector<std::string> found(Key key, const std::string& value, Kind kind = Kind::user) {
    return ids(reader().find(kind, key, value));
  }
};

TEST_F(ReaderTest, GetsByIdWithinAKind) {
  apply(Page().user("a", "1-x", "Ann"));
  EXPECT_EQ(reader().get(Kind::user, "a")->id, "a");
  EXPECT_EQ(reader().get(Kind::hcp, "a").error().code, Code::not_found);
  EXPECT_EQ(reader().get(Kind::user, "").error().code, Code::not_found);
}

TEST_F(ReaderTest, SeesOneStateUntilTheTurnEnds) {
  apply(Page().user("a", "1-x", "Ann"));
  auto& turn = reader();
  EXPECT_EQ(turn.get(Kind::user, "a")->rev, "1-x");
  EXPECT_EQ(turn.state(Kind::user)->count, 1u);
  apply(Page().user("a", "2-x", "Ann").user("b", "1-x", "Bob"));
  EXPECT_EQ(turn.get(Kind::user, "a")->rev, "1-x");
  EXPECT_FALSE(turn.get(Kind::user, "b"));
  EXPECT_EQ(turn.state(Kind::user)->count, 1u);
  turn.end_turn();
  EXPECT_EQ(turn.get(Kind::user, "a")->rev, "2-x");
  EXPECT_EQ(turn.state(Kind::user)->count, 2u);
  turn.end_turn();
  turn.end_turn();  // harmless
}

TEST_F(ReaderTest, FindsByEveryKey) {
  user("u", R"("login":"amal","email":"amal@clinic.test","mobilePhone":"+32475123456",
               "deviceId":"d-1","identifier":[{"value":"I-1"}])");
  EXPECT_THAT(found(Key::login, "amal"), ElementsAre("u"));
  EXPECT_THAT(found(Key::email, "amal@clinic.test"), ElementsAre("u"));
  EXPECT_THAT(found(Key::phone, "0032 475 12.34.56"), ElementsAre("u"));
  EXPECT_THAT(found(Key::owner, "d-1"), ElementsAre("u"));
  EXPECT_THAT(found(Key::identifier, "I-1"), ElementsAre("u"));
  EXPECT_THAT(found(Key::identifier, "i-1"), IsEmpty());
  EXPECT_THAT(found(Key::login, "amal@clinic.test"), IsEmpty());
  EXPECT_THAT(found(Key::login, ""), IsEmpty());
  EXPECT_THAT(found(Key::phone, "none"), IsEmpty());
  apply(Page().add("p", "1-x", R"({"ssin":"85","dateOfBirth":19850730})"), Kind::patient);
  EXPECT_THAT(found(Key::ssin, "85", Kind::patient), ElementsAre("p"));
  EXPECT_THAT(found(Key::date_of_birth, "19850730", Kind::patient), ElementsAre("p"));
  EXPECT_THAT(found(Key::ssin, "85", Kind::hcp), IsEmpty());
}

TEST_F(ReaderTest, PrefersTheExactLoginAndFoldsOnlyWithoutOne) {
  user("lower", R"("login":"ann@clinic.test","status":"ACTIVE")");
  user("upper", R"("login":"Ann@clinic.test","status":"DISABLED")");
  EXPECT_THAT(found(Key::login, "Ann@clinic.test"), ElementsAre("upper"));
  EXPECT_THAT(found(Key::login, "ANN@clinic.test"), ElementsAre("lower", "upper"));
}

TEST_F(ReaderTest, PutsActiveUsersFirstThenOrdersById) {
  user("c", R"("patientId":"p","status":"DISABLED")");
  user("b", R"("patientId":"p","status":"ACTIVE")");
  user("a", R"("patientId":"p","status":"REGISTERING")");
  user("d", R"("patientId":"p","status":"ACTIVE")");
  EXPECT_THAT(found(Key::owner, "p"), ElementsAre("b", "d", "a", "c"));
}

// Every key is made to lead to a stranger as well, as if all hashes collided.
TEST_F(ReaderTest, NeverShowsAStrangerWhoseHashCollides) {
  user("a", R"("login":"ann","email":"ann@clinic.test")");
  user("stranger", R"("login":"zoe","email":"zoe@clinic.test")");
  close();
  raw("mirror.db")
      .exec("INSERT OR IGNORE INTO lookup SELECT l.hash, l.kind, u.row FROM lookup l, user u");
  open();
  EXPECT_THAT(found(Key::login, "ann"), ElementsAre("a"));
  EXPECT_THAT(found(Key::email, "ZOE@clinic.test"), ElementsAre("stranger"));
}

TEST_F(ReaderTest, ListsInTheOrderOfBytes) {
  for (const auto* id : {"b", "a", "B", "é", "10", "9"}) user(id, R"("x":1)");
  EXPECT_THAT(ids(reader().list(Kind::user, {})), ElementsAre("10", "9", "B", "a", "b", "é"));
}

TEST_F(ReaderTest, ListsPageByPage) {
  for (int i = 10; i < 35; ++i) user("id-" + std::to_string(i), R"("x":1)");
  std::vector<std::string> all;
  ListQuery query;
  query.limit = 10;
  for (auto rows = ids(reader().list(Kind::user, query)); !rows.empty();
       rows = ids(reader().list(Kind::user, query))) {
    EXPECT_LE(rows.size(), 10u);
    all.insert(all.end(), rows.begin(), rows.end());
    query.after = all.back();
  }
  EXPECT_EQ(all.size(), 25u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  query.limit = 0;
  query.after.clear();
  EXPECT_THAT(ids(reader().list(Kind::user, query)), IsEmpty());
}

TEST_F(ReaderTest, ListsByStatusAndOwnerType) {
  user("a", R"("status":"ACTIVE","patientId":"p")");
  user("b", R"("status":"DISABLED","patientId":"p")");
  user("c", R"("status":"ACTIVE")");
  user("d", R"("healthcarePartyId":"h")");
  ListQuery query;
  query.status = UserStatus::active;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("a", "c"));
  query.owner_type = OwnerType::patient;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("a"));
  query.status = UserStatus::any;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("a", "b"));
  query.owner_type = OwnerType::none;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("c"));
  query.owner_type = OwnerType::hcp;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("d"));
}

TEST_F(ReaderTest, FollowsAChangeOfStatus) {
  user("a", R"("status":"ACTIVE")");
  apply(Page().add("a", "2-x", R"({"status":"DISABLED"})"));
  ListQuery query;
  query.status = UserStatus::active;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), IsEmpty());
  query.status = UserStatus::disabled;
  EXPECT_THAT(ids(reader().list(Kind::user, query)), ElementsAre("a"));
}

TEST_F(ReaderTest, CountsTheCommitsOfTheWriter) {
  auto& turn = reader();
  const auto before = turn.changes();
  apply(Page().user("a", "1-x", "Ann"));
  EXPECT_GT(turn.changes(), before);
  EXPECT_TRUE(turn.get(Kind::user, "a"));
  EXPECT_EQ(turn.seen(), turn.changes());
  const auto now = turn.changes();
  apply(Page().user("a", "1-x", "Ann"));
  EXPECT_EQ(turn.changes(), now) << "nothing was written";
  apply(Page().user("a", "2-x", "Ann"));
  EXPECT_EQ(turn.seen(), now) << "the turn still reads the old state";
  EXPECT_GT(turn.changes(), now);
}

TEST_F(ReaderTest, StaysAloneInItsSnapshot) {
  apply(Page().user("a", "1-x", "Ann"));
  auto other = *stores_->open_reader(1 << 20);
  EXPECT_TRUE(other->get(Kind::user, "a"));
  apply(Page().user("b", "1-x", "Bob"));
  EXPECT_FALSE(other->get(Kind::user, "b"));
  EXPECT_TRUE(reader().get(Kind::user, "b"));
}

}  // namespace
}  // namespace icure::store
