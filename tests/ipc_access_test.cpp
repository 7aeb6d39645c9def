// ipc/access.h: what the [[access]] rules add up to for a caller.
#include <gtest/gtest.h>

#include "ipc/access.h"

namespace icure::ipc {
namespace {

constexpr uid_t kDaemon = 900;
const Peer ada{.uid = 1000, .gid = 100, .pid = 1, .groups = {20, 21}, .program = "ada"};

AccessRule rule(Role role) {
  AccessRule made;
  made.user = ada.uid;
  made.role = role;
  return made;
}

TEST(AccessTest, NobodyIsAnythingWithoutARule) {
  const auto grant = grant_for(ada, {}, kDaemon);
  EXPECT_EQ(grant.role, Role::none);
  for (const auto kind : kAllKinds) {
    EXPECT_FALSE(grant.may_see(kind));
    EXPECT_FALSE(grant.decrypted(kind));
    EXPECT_FALSE(grant.may_look_up_by(kind, "id"));
    EXPECT_EQ(grant.check(kind).error().code, Code::forbidden);
  }
}

TEST(AccessTest, RootAndTheDaemonItselfAreAdmin) {
  for (const uid_t uid : {uid_t{0}, kDaemon}) {
    Peer peer = ada;
    peer.uid = uid;
    const auto grant = grant_for(peer, {}, kDaemon);
    EXPECT_EQ(grant.role, Role::admin);
    EXPECT_TRUE(grant.decrypted(Kind::patient));
    EXPECT_EQ(grant.fields(Kind::patient), nullptr);
    EXPECT_TRUE(grant.check(Kind::device));
  }
}

TEST(AccessTest, ARuleMatchesByUserOrByAnyGroup) {
  struct Case {
    std::optional<uid_t> user;
    std::optional<gid_t> group;
    bool matches;
  };
  for (const auto& each :
       {Case{1000, {}, true}, Case{1001, {}, false}, Case{{}, 100, true}, Case{{}, 21, true},
        Case{{}, 22, false}, Case{1000, 22, false}, Case{1000, 20, true}, Case{{}, {}, false}}) {
    AccessRule made;
    made.user = each.user;
    made.group = each.group;
    made.role = Role::reader;
    EXPECT_EQ(grant_for(ada, {made}, kDaemon).role == Role::reader, each.matches);
  }
}

TEST(AccessTest, TheHighestRoleAndAllKindsOfMatchingRulesCount) {
  auto users = rule(Role::reader);
  users.kinds = {Kind::user};
  auto devices = rule(Role::operator_);
  devices.kinds = {Kind::device};
  const auto grant = grant_for(ada, {devices, users}, kDaemon);
  EXPECT_EQ(grant.role, Role::operator_);
  EXPECT_TRUE(grant.may_see(Kind::user));
  EXPECT_TRUE(grant.may_see(Kind::device));
  EXPECT_FALSE(grant.may_see(Kind::patient));
}

TEST(AccessTest, AbsentKindsAreAll) {
  const auto grant = grant_for(ada, {rule(Role::reader)}, kDaemon);
  for (const auto kind : kAllKinds) EXPECT_TRUE(grant.may_see(kind));
}

TEST(AccessTest, AFieldShowsIfAnyRuleOfTheKindListsItOrHasNoList) {
  auto name = rule(Role::reader);
  name.fields[Kind::patient] = {"lastName"};
  auto phone = rule(Role::reader);
  phone.fields[Kind::patient] = {"telecoms"};
  phone.kinds = {Kind::patient};
  const auto grant = grant_for(ada, {name, phone}, kDaemon);
  EXPECT_TRUE(grant.may_look_up_by(Kind::patient, "lastName"));
  EXPECT_TRUE(grant.may_look_up_by(Kind::patient, "telecoms"));
  EXPECT_TRUE(grant.may_look_up_by(Kind::patient, "id"));
  EXPECT_FALSE(grant.may_look_up_by(Kind::patient, "ssin"));
  EXPECT_TRUE(grant.may_look_up_by(Kind::user, "email"));

  auto users_only = rule(Role::reader);  // says nothing of patients: its missing list opens none
  users_only.kinds = {Kind::user};
  EXPECT_FALSE(grant_for(ada, {name, users_only}, kDaemon).may_look_up_by(Kind::patient, "ssin"));
  EXPECT_TRUE(
      grant_for(ada, {name, rule(Role::reader)}, kDaemon).may_look_up_by(Kind::patient, "ssin"));
}

TEST(AccessTest, DecryptedMembersNeedTheWordOrAnAdminForThatKind) {
  EXPECT_FALSE(grant_for(ada, {rule(Role::operator_)}, kDaemon).decrypted(Kind::patient));
  EXPECT_TRUE(grant_for(ada, {rule(Role::admin)}, kDaemon).decrypted(Kind::patient));
  auto hcps = rule(Role::reader);
  hcps.kinds = {Kind::hcp};
  hcps.decrypted = true;
  const auto grant = grant_for(ada, {hcps, rule(Role::reader)}, kDaemon);
  EXPECT_TRUE(grant.decrypted(Kind::hcp));
  EXPECT_FALSE(grant.decrypted(Kind::patient));
}

TEST(AccessTest, RolesAreNamedAsInTheConfiguration) {
  EXPECT_EQ(role_named("operator"), Role::operator_);
  EXPECT_EQ(role_named("none"), std::nullopt);  // a rule that gives nothing is a mistake
  EXPECT_EQ(role_named("root"), std::nullopt);
}

class VisibleTest : public ::testing::Test {
 protected:
  std::string show(std::string json, std::vector<std::string> fields) {
    auto listed = rule(Role::reader);
    listed.fields[Kind::user] = std::move(fields);
    return visible(grant_for(ada, {listed}, kDaemon), Kind::user, std::move(json));
  }
};

TEST_F(VisibleTest, KeepsTheListedMembersAsTheyAreWritten) {
  EXPECT_EQ(
      show(
          R"( { "id" : "u", "rev":"1-a", "secret":"s", "n": 1.50 , "tags":[ 1, {"secret":2} ], "o":{"a" : 1} } )",
          {"n", "tags", "o"}),
      R"({"id":"u","rev":"1-a","n":1.50,"tags":[ 1, {"secret":2} ],"o":{"a" : 1}})");
}

TEST_F(VisibleTest, SeesThroughEscapesInNames) {
  EXPECT_EQ(show(R"({"id":"u","sec\u0072et":"s","na\u006de":"n"})", {"name"}),
            R"({"id":"u","name":"n"})");
}

TEST_F(VisibleTest, ShowsRatherNothingThanTooMuch) {
  EXPECT_EQ(show(R"({"id":"u")", {"name"}), "{}");
  EXPECT_EQ(show("", {"name"}), "{}");
  EXPECT_EQ(show("[]", {"name"}), "{}");
}

TEST_F(VisibleTest, LeavesADocumentAloneWhereThereIsNoList) {
  Grant all;
  all.allow_all(Role::admin);
  EXPECT_EQ(visible(all, Kind::user, "{ not even json"), "{ not even json");
}

}  // namespace
}  // namespace icure::ipc
