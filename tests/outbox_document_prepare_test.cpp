// sync/outbox/prepare.h: what a caller may ask to be written, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/outbox/document_form.h"
#include "sync/outbox/prepare.h"
#include "tests/fakes/fake_clock.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Asked kOperator{Right::operation, WallTime(Millis(1'790'000'000'000))};
const Asked kAdmin{Right::administration, kOperator.now};

Known known(const Json& document) {
  return {document.dump(), document.dump()};
}
const Json kUser = {{"id", "u1"},         {"rev", "3-x"},        {"login", "a@x.test"},
                    {"status", "ACTIVE"}, {"passwordHash", "*"}, {"strange", 7}};
const Json kPatient = {{"id", "p1"},
                       {"rev", "1-x"},
                       {"lastName", "Vega"},
                       {"languages", {"es"}},
                       {"addresses", {{{"city", "Gent"}, {"encryptedSelf", "AAAA"}}}},
                       {"encryptedSelf", "AAAA"}};

class PrepareTest : public ::testing::Test {
 protected:
  Result<store::Item> create(const Json& user, const Asked& asked = kOperator) {
    return prepare_user_create(user.dump(), asked, random);
  }
  static Result<store::Item> modify(const Json& patch, const Asked& asked = kOperator) {
    return prepare_user_modify(known(kUser), patch.dump(), std::nullopt, asked);
  }
  static Result<store::Item> modify_patient(
      const Json& patch, std::optional<std::vector<std::string>> decrypted = std::nullopt) {
    auto patient = known(kPatient);
    patient.unread = !decrypted;
    patient.decrypted = std::move(decrypted).value_or(std::vector<std::string>());
    return prepare_owner_modify(Kind::patient, patient, patch.dump(), kOperator);
  }
  static void refuses(const Result<store::Item>& item, const std::string& member,
                      Code code = Code::invalid) {
    ASSERT_FALSE(item) << member;
    EXPECT_EQ(item.error().code, code);
    EXPECT_THAT(item.error().message, HasSubstr(member));
    EXPECT_FALSE(item.error().hint.empty());
  }
  fakes::MiddleRandom random;
};

TEST_F(PrepareTest, WhatIsNamedComesFirst) {
  EXPECT_THAT(create({{"login", "a"}})->refers, IsEmpty());
  EXPECT_THAT(create({{"login", "a"}, {"deviceId", "d1"}, {"healthcarePartyId", "h1"}})->refers,
              ElementsAre("h1", "d1"));
  EXPECT_THAT(modify({{"patientId", "p1"}}, kAdmin)->refers, ElementsAre("p1"));
  EXPECT_THAT(modify({{"patientId", nullptr}}, kAdmin)->refers, IsEmpty());
  const Json professional = {{"lastName", "L"}, {"parentId", "h2"}};
  EXPECT_THAT(prepare_owner_create(Kind::hcp, professional.dump(), kOperator, random)->refers,
              ElementsAre("h2"));
}

TEST_F(PrepareTest, ANewUserGetsItsIdItsTimeAndItsLogin) {
  const auto item = *create({{"email", " Anna@X.Test "}, {"name", "Anna"}, {"patientId", "p1"}});
  EXPECT_EQ(item.op, "user.create");
  EXPECT_EQ(item.created, kOperator.now);
  EXPECT_THAT(item.refers, ElementsAre("p1"));
  const auto user = Json::parse(item.overlay->after);
  EXPECT_EQ(user["id"], item.entity);
  EXPECT_EQ(item.entity.size(), 36u);
  EXPECT_EQ(user["email"], "anna@x.test");
  EXPECT_EQ(user["login"], "anna@x.test");
  EXPECT_EQ(user["status"], "ACTIVE");
  EXPECT_EQ(user["created"], 1'790'000'000'000);
  EXPECT_FALSE(user.contains("rev"));
  EXPECT_EQ(item.overlay->is, store::Overlay::Is::creation);
  EXPECT_EQ(Json::parse(from_content(item.content)->document), user);
}

TEST_F(PrepareTest, AUserWithoutAnEmailLogsInByItsPhone) {
  EXPECT_EQ(Json::parse(create({{"mobilePhone", "+32475123456"}})->overlay->after)["login"],
            "+32475123456");
  refuses(create({{"name", "Anna"}}), "login");
  refuses(create({{"name", "Anna"}, {"email", nullptr}}), "login");
}

TEST_F(PrepareTest, RefusesWhatNoCallerMayWrite) {
  for (const auto* member : {"id", "rev", "created", "passwordHash", "authenticationTokens",
                             "applicationTokens", "systemMetadata", "groupId", "deletionDate"}) {
    refuses(create({{"email", "a@x.test"}, {member, "x"}}, kAdmin), member);
    refuses(modify({{member, nullptr}}, kAdmin), member);
  }
  for (const auto* member :
       {"publicKey", "hcPartyKeys", "delegations", "securityMetadata", "encryptedSelf"}) {
    refuses(modify_patient({{member, "x"}}), member);
    refuses(
        prepare_owner_create(Kind::hcp, Json{{"name", "x"}, {member, "x"}}.dump(), kAdmin, random),
        member);
  }
}

TEST_F(PrepareTest, RefusesWhatThePlatformWouldRefuse) {
  refuses(create({{"email", "anna"}}), "email");
  refuses(create({{"email", 5}}), "email");
  refuses(create({{"login", " "}}), "login");
  refuses(create({{"email", "a@x.test"}, {"status", "GONE"}}), "status");
  refuses(create({{"mobilePhone", "0475/12 34 56"}}), "mobilePhone");
  refuses(modify({{"login", nullptr}}), "login");
  refuses(modify(Json::object()), "nothing");
  refuses(prepare_user_modify(known(kUser), "[1]", std::nullopt, kAdmin), "patch");
  refuses(prepare_user_modify(known(kUser), std::string(500, '['), std::nullopt, kAdmin), "patch");
  refuses(prepare_owner_create(Kind::hcp, R"({"notes":"x"})", kAdmin, random), "lastName");
}

TEST_F(PrepareTest, AUserMayHaveAnyStatusOfThePlatform) {
  for (const auto* status : {"ACTIVE", "DISABLED", "REGISTERING"}) {
    EXPECT_TRUE(create({{"email", "a@x.test"}, {"status", status}})) << status;
    EXPECT_TRUE(modify({{"status", status}})) << status;
  }
  refuses(modify({{"status", 7}}), "status");
  refuses(modify({{"status", nullptr}}), "status");
}

TEST_F(PrepareTest, APhoneNumberIsAPlusAndSixToTwentyDigits) {
  for (const auto* phone : {"123456", "+123456", "12345678901234567890", "+12345678901234567890"}) {
    EXPECT_TRUE(create({{"mobilePhone", phone}})) << phone;
  }
  for (const auto* phone : {"12345", "+12345", "123456789012345678901", "+", "++123456", "12345a",
                            "1234:6", "1234/6"}) {
    refuses(create({{"mobilePhone", phone}}), "mobilePhone");
  }
}

TEST_F(PrepareTest, AnOwnerKeepsSomethingToBeCalledBy) {
  const auto hcp = [this](const Json& document) {
    return prepare_owner_create(Kind::hcp, document.dump(), kAdmin, random);
  };
  for (const auto* member : {"name", "lastName", "ssin", "nihii"}) {
    EXPECT_TRUE(hcp({{member, "x"}})) << member;
    refuses(hcp({{member, ""}}), "lastName");
    refuses(hcp({{member, nullptr}}), "lastName");
  }
  const auto rename = [](Json patient, const Json& patch) {
    auto before = known(patient);
    return prepare_owner_modify(Kind::patient, before, patch.dump(), kOperator);
  };
  const Json patient = {{"id", "p1"}, {"rev", "1-x"}, {"firstName", "Ines"}};
  EXPECT_TRUE(rename(patient, {{"lastName", "Vidal"}}));
  EXPECT_TRUE(rename(patient, {{"lastName", "Vidal"}, {"firstName", nullptr}}));
  refuses(rename(patient, {{"firstName", nullptr}}), "lastName");
  refuses(rename(patient, {{"firstName", ""}}), "lastName");
}

TEST_F(PrepareTest, RolesAndWhoseUserItIsTakeAnAdministrator) {
  for (const auto* member : {"roles", "permissions"}) {
    refuses(create({{"email", "a@x.test"}, {member, Json::array()}}), member, Code::forbidden);
    refuses(modify({{member, Json::array()}}), member, Code::forbidden);
    EXPECT_TRUE(modify({{member, Json::array()}}, kAdmin));
  }
  for (const auto* member : {"healthcarePartyId", "patientId", "deviceId"}) {
    EXPECT_TRUE(create({{"email", "a@x.test"}, {member, "o1"}}));
    refuses(modify({{member, "o1"}}), member, Code::forbidden);
    refuses(modify({{member, nullptr}}), member, Code::forbidden);
    EXPECT_TRUE(modify({{member, "o1"}}, kAdmin));
  }
}

TEST_F(PrepareTest, AnEditKeepsWhatItWasMadeOf) {
  const auto item = *modify({{"name", "Anna"}, {"email", "ANNA@x.test"}});
  EXPECT_EQ(item.entity, "u1");
  const auto form = *from_content(item.content);
  EXPECT_EQ(Json::parse(form.base), kUser);
  EXPECT_EQ(form.shown, "");
  EXPECT_EQ(Json::parse(form.patch)["email"], "anna@x.test");
  const auto after = Json::parse(item.overlay->after);
  EXPECT_EQ(after["name"], "Anna");
  EXPECT_EQ(after["strange"], 7);
  EXPECT_EQ(item.overlay->is, store::Overlay::Is::edit);
}

TEST_F(PrepareTest, AnotherRevIsAConflict) {
  EXPECT_TRUE(prepare_user_modify(known(kUser), R"({"name":"A"})", "3-x", kOperator));
  refuses(prepare_user_modify(known(kUser), R"({"name":"A"})", "2-x", kOperator), "rev",
          Code::conflict);
}

TEST_F(PrepareTest, WhatBuildsOnAQueuedCreationSaysSo) {
  Known queued{kUser.dump(), ""};
  const auto item = *prepare_user_modify(queued, R"({"name":"A"})", std::nullopt, kOperator);
  EXPECT_THAT(item.refers, ElementsAre("u1"));
  EXPECT_THAT(prepare_user_delete(queued, kOperator)->refers, ElementsAre("u1"));
  EXPECT_THAT(modify({{"name", "A"}})->refers, IsEmpty());
}

TEST_F(PrepareTest, EnablingDisablingAndDeleting) {
  const auto disable = *prepare_user_state(known(kUser), UserState::disabled, kOperator);
  EXPECT_EQ(disable.op, "user.disable");
  EXPECT_EQ(Json::parse(disable.overlay->after)["status"], "DISABLED");
  const auto enable = *prepare_user_state(known(kUser), UserState::active, kOperator);
  EXPECT_EQ(enable.op, "user.enable");
  const auto removal = *prepare_user_delete(known(kUser), kOperator);
  EXPECT_EQ(removal.op, "user.delete");
  EXPECT_EQ(removal.overlay->is, store::Overlay::Is::removal);
}

TEST_F(PrepareTest, CreatesProfessionalsAndDevicesOnly) {
  EXPECT_EQ(prepare_owner_create(Kind::hcp, R"({"lastName":"V"})", kOperator, random)->kind,
            Kind::hcp);
  EXPECT_TRUE(prepare_owner_create(Kind::device, R"({"name":"V"})", kOperator, random));
  refuses(prepare_owner_create(Kind::patient, R"({"lastName":"V"})", kAdmin, random),
          "professionals");
}

TEST_F(PrepareTest, NeverShowsInClearWhatIsEncrypted) {
  EXPECT_TRUE(modify_patient({{"lastName", "Veja"}}));
  refuses(modify_patient({{"note", "secret"}}), "note");
  refuses(modify_patient({{"note", "secret"}}, {{"note"}}), "note");
  refuses(modify_patient({{"lastName", "Veja"}}, {{"lastName"}}), "lastName");
  EXPECT_TRUE(modify_patient({{"nationality", "ES"}}, {{"note"}})) << "it was read: not there";
  refuses(modify_patient({{"addresses", Json::array()}}), "addresses");
}

TEST_F(PrepareTest, TwoEditsInARowMeetNoConflictWhicheverOfThemCameThrough) {
  auto shown = kUser;
  shown["name"] = "first";
  const Known after_first{shown.dump(), kUser.dump()};
  const auto second = *prepare_user_modify(after_first, R"({"name":"second"})", "3-x", kOperator);
  const auto form = *from_content(second.content);
  auto done = kUser;
  done["rev"] = "4-x";
  done["name"] = "first";
  EXPECT_EQ(Json::parse(merge_into(form, done.dump())->document)["name"], "second");
  EXPECT_EQ(Json::parse(merge_into(form, kUser.dump())->document)["name"], "second");
  auto else_changed = kUser;
  else_changed["name"] = "somebody else's";
  EXPECT_EQ(merge_into(form, else_changed.dump())->conflicts.size(), 1u);
}

}  // namespace
}  // namespace icure::sync
