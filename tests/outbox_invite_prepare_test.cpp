// sync/outbox/invite_prepare.h: what is certain to fail is refused before anything is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/outbox/invite_form.h"
#include "sync/outbox/invite_prepare.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime kNow{1'790'000'000'000ms};

class InvitePrepareTest : public testing::Test {
 protected:
  InvitePrepareTest() {
    request.owner = "p1";
    request.inviter = "h1";
    request.link = "https://app.example.test/start";
    request.solution = "BlueCare";
  }
  static Json person(const char* last, const char* email) {
    return {{"id", "x"},
            {"lastName", last},
            {"languages", {"es"}},
            {"addresses",
             {{{"addressType", "home"},
               {"telecoms", {{{"telecomType", "email"}, {"telecomNumber", email}}}}}}}};
  }
  Result<store::Item> prepare() {
    const InviteSubjects subjects{kind, owner.dump(), inviter.dump(), has_user};
    return prepare_invitation(request, subjects, rules, kNow, random);
  }
  std::string refusal() {
    auto item = prepare();
    EXPECT_FALSE(item);
    if (item) return "";
    EXPECT_EQ(item.error().code, Code::invalid);
    EXPECT_FALSE(item.error().hint.empty());
    return item.error().message;
  }

  InviteRequest request;
  InviteRules rules;
  Kind kind = Kind::patient;
  Json owner = person("Vidal", "Ines@Mail.test");
  Json inviter = person("Vega", "dr.vega@clinic.test");
  bool has_user = false;
  SystemRandom random;
};

TEST_F(InvitePrepareTest, ChoosesEveryIdAndSecret) {
  request.not_before = kNow + 1h;
  const auto item = prepare();
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(item->op, "invite.create");
  EXPECT_EQ(item->kind, Kind::user);
  EXPECT_EQ(item->created, kNow);
  EXPECT_EQ(item->next_try, request.not_before);
  EXPECT_THAT(item->refers, ElementsAre("p1", "h1"));
  const auto& invitation = *item->invitation;
  EXPECT_EQ(invitation.id, item->id);
  EXPECT_EQ(invitation.user, item->entity);
  EXPECT_EQ(invitation.owner, "p1");
  EXPECT_EQ(invitation.inviter, "h1");
  EXPECT_EQ(invitation.channel, "email");
  EXPECT_EQ(invitation.contact, "ines@mail.test");
  const auto details = details_from(invitation.details);
  ASSERT_TRUE(details);
  EXPECT_FALSE(details->token_key.empty());
  EXPECT_EQ(details->owner.last, "Vidal");
  EXPECT_EQ(details->inviter.last, "Vega");
  EXPECT_EQ(details->from, "dr.vega@clinic.test");
  EXPECT_THAT(details->languages, ElementsAre("es"));
  const auto content = content_from(item->content);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->token.size(), 32u);
  EXPECT_FALSE(content->create_asked);
}

TEST_F(InvitePrepareTest, ShowsTheUserThatWillBe) {
  const auto item = prepare();
  const auto user = Json::parse(item->overlay->after);
  EXPECT_EQ(item->overlay->is, store::Overlay::Is::creation);
  EXPECT_EQ(user["id"], item->entity);
  EXPECT_EQ(user["patientId"], "p1");
  EXPECT_FALSE(user.contains("rev"));
  EXPECT_THAT(item->overlay->after, Not(HasSubstr("oken"))) << "readers get to see it";
}

TEST_F(InvitePrepareTest, TwoInvitationsShareNothing) {
  const auto one = prepare();
  const auto two = prepare();
  EXPECT_NE(one->id, two->id);
  EXPECT_NE(one->entity, two->entity);
  EXPECT_NE(one->content, two->content);
}

TEST_F(InvitePrepareTest, RefusesWhoCannotBeInvited) {
  has_user = true;
  EXPECT_THAT(refusal(), HasSubstr("already has a user"));
  has_user = false;
  owner["deceased"] = true;
  EXPECT_THAT(refusal(), HasSubstr("deceased"));
  owner.erase("deceased");
  kind = Kind::device;
  EXPECT_THAT(refusal(), HasSubstr("only patients"));
}

TEST_F(InvitePrepareTest, RefusesAContactThatIsCertainToFail) {
  owner["addresses"] = Json::array();
  EXPECT_THAT(refusal(), HasSubstr("no e-mail address"));
  owner["encryptedSelf"] = "c2VjcmV0";
  EXPECT_THAT(refusal(), HasSubstr("encrypted"));
  request.contact = "not an address@";
  EXPECT_THAT(refusal(), HasSubstr("not a valid one"));
  request.contact = "0475123456";
  EXPECT_THAT(refusal(), HasSubstr("no country code"));
  request.contact = "ines@mail.test";
  EXPECT_TRUE(prepare());
}

TEST_F(InvitePrepareTest, RefusesALinkThatLeadsElsewhere) {
  rules.links = {"https://app.example.test/"};
  EXPECT_TRUE(prepare());
  request.link = "https://evil.test/";
  EXPECT_THAT(refusal(), HasSubstr("[invite] links"));
}

TEST_F(InvitePrepareTest, RefusesTextsThatNoMessageCanHave) {
  request.solution = "";
  EXPECT_THAT(refusal(), HasSubstr("solution"));
  request.solution = "BlueCare";
  request.subject = "Hello {nobody}";
  EXPECT_THAT(refusal(), HasSubstr("nobody"));
  request.subject = "";
  request.template_name = "../../etc/passwd";
  EXPECT_THAT(refusal(), HasSubstr("template"));
}

TEST_F(InvitePrepareTest, RefusesTimesThatCannotBe) {
  request.expires = kNow;
  EXPECT_THAT(refusal(), HasSubstr("expired already"));
  request.expires = kNow + 1h;
  request.not_before = kNow + 1h;
  EXPECT_THAT(refusal(), HasSubstr("before it may be sent"));
}

TEST_F(InvitePrepareTest, RefusalsNameNobody) {
  owner["addresses"][0]["telecoms"][0]["telecomNumber"] = "ines at mail";
  const auto error = prepare().error();
  for (const auto* secret : {"ines", "Vidal", "Vega"}) {
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr(secret)));
  }
}

TEST_F(InvitePrepareTest, AnInviterWithoutAddressMayGetOne) {
  inviter["addresses"] = Json::array();
  EXPECT_TRUE(prepare());
}

TEST(InvitedUserTest, ShowsBywhatThePersonCame) {
  store::Invitation invitation;
  invitation.user = "u1";
  invitation.owner = "p1";
  const auto came_by = [&](const char* text) {
    const auto user = read_user(text, invitation, "ours");
    EXPECT_TRUE(user);
    return user ? user->came_by : std::string_view("?");
  };
  EXPECT_EQ(came_by(R"({"id":"u1"})"), "");
  EXPECT_EQ(came_by(R"({"id":"u1","passwordHash":null})"), "");
  EXPECT_EQ(came_by(R"({"id":"u1","authenticationTokens":{"ours":{}}})"), "");
  EXPECT_EQ(came_by(R"({"id":"u1","authenticationTokens":{"x":{"deletionDate":1}}})"), "");
  EXPECT_EQ(came_by(R"({"id":"u1","authenticationTokens":{"x":{"validity":1}}})"),
            "a token of its own");
  EXPECT_EQ(came_by(R"({"id":"u1","termsOfUseDate":1})"), "the terms of use");
  EXPECT_EQ(came_by(R"({"id":"u1","passwordHash":"*"})"), "a password");
}

TEST(InvitedUserTest, AnythingElseThanJsonIsNoUser) {
  for (const auto* text : {"", "[]", "null", R"({"authenticationTokens":[1]})"}) {
    const auto user = read_user(text, store::Invitation(), "ours");
    if (user) {
      EXPECT_EQ(user->came_by, "");
    }
  }
  EXPECT_FALSE(content_from(""));
  EXPECT_FALSE(details_from("[]"));
}

}  // namespace
}  // namespace icure::sync
