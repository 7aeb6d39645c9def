// sync/outbox/invite.h: an invitation, from its acceptance to the message, and back.
#include "sync/outbox/mint_token.h"
#include "tests/support/invite_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::InvitationState;
using support::LedgerProgress;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InviteOperationTest : public support::InviteTest {};

TEST_F(InviteOperationTest, MakesAUserATokenAndAMessage) {
  accept();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_THAT(steps(), ElementsAre("checked", "user_ready", "token_ready", "sending", "sent"));
  const auto& user = platform.user(user_id());
  EXPECT_EQ(user["name"], "ines@mail.test");
  EXPECT_EQ(user["login"], "ines@mail.test");
  EXPECT_EQ(user["email"], "ines@mail.test");
  EXPECT_EQ(user["patientId"], "p1");
  EXPECT_EQ(user["authenticationTokens"].size(), 1u);

  ASSERT_EQ(gateway.messages.size(), 1u);
  const auto& message = gateway.messages[0];
  EXPECT_EQ(message.target, "/spec%2042/email/to/ines@mail.test");
  EXPECT_EQ(message.basic, "bWU6cGFzc3dvcmQ=");  // me:password
  const auto body = Json::parse(message.body);
  EXPECT_EQ(body["from"], "dr.vega@clinic.test");
  ASSERT_EQ(platform.token_values.size(), 1u);
  const auto token = platform.token_values[0];
  EXPECT_GE(token.size(), 32u);
  EXPECT_THAT(body["html"].get<std::string>(), HasSubstr(token));

  const auto now = invitation();
  EXPECT_EQ(now.state, InvitationState::sent);
  EXPECT_EQ(now.sent_at, clock.wall());
  EXPECT_FALSE(now.maybe_sent);
  EXPECT_TRUE(mirrored(now.user)) << "readers see the user before the promise of it goes";
}

TEST_F(InviteOperationTest, SendsATextMessageToANumber) {
  rules.contacts.country_code = "32";
  owner["addresses"][0]["telecoms"] = {
      {{"telecomType", "mobile"}, {"telecomNumber", "0475 12 34 56"}}};
  auto asked = request();
  asked.channel = write::Channel::sms;
  accept(asked);
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(platform.user(user_id())["mobilePhone"], "+32475123456");
  ASSERT_EQ(gateway.messages.size(), 1u);
  EXPECT_EQ(gateway.messages[0].target, "/spec%2042/sms/to/+32475123456");
  EXPECT_THAT(gateway.messages[0].body, HasSubstr(platform.token_values[0]));
}

TEST_F(InviteOperationTest, InvitesAProfessionalAsWell) {
  owner_kind = Kind::hcp;
  accept();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(platform.user(user_id())["healthcarePartyId"], "p1");
}

TEST_F(InviteOperationTest, TheTokenIsForgottenOnceItWasSent) {
  accept();
  gateway.status = 500;
  EXPECT_EQ(attempt().next, Next::retry);
  EXPECT_THAT(ledger_content(), HasSubstr(platform.token_values[0]));
  gateway.status = 200;
  reads.statuses = {{"POST /rest/v2/user/byIds", 503}};  // the user cannot be read back
  EXPECT_EQ(attempt().next, Next::line);
  EXPECT_EQ(invitation().state, InvitationState::sent);
  EXPECT_THAT(ledger_content(), Not(HasSubstr(platform.token_values[0])));
  reads.statuses.clear();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(gateway.messages.size(), 1u) << "the rest sends nothing more";
}

TEST_F(InviteOperationTest, LogsInAnewWhereAFreshLoginIsWanted) {
  accept();
  platform.refuse_tokens = 1;
  const auto logins = [this] { return reads.asked["POST /rest/v2/auth/login"]; };
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(gateway.messages.size(), 1u);
}

TEST_F(InviteOperationTest, ATooWeakLoginIsForAnAdministrator) {
  accept();
  platform.refuse_tokens = 10;
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.text, HasSubstr("too weak"));
  EXPECT_THAT(gateway.messages, IsEmpty());
  EXPECT_EQ(invitation().state, InvitationState::blocked);
  platform.refuse_tokens = 0;
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(platform.live_users(), 1u);
}

// --- refusals, in words -----------------------------------------------------------------------

TEST_F(InviteOperationTest, SomebodyElsesUserStandsInTheWay) {
  accept();
  platform.add({{"id", "u9"}, {"login", "else@x.test"}, {"patientId", "p1"}});
  auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::failed);
  EXPECT_THAT(outcome.text, HasSubstr("already has a user"));
  EXPECT_THAT(platform.requests, IsEmpty());
}

TEST_F(InviteOperationTest, ATakenContactBlocksAndHelpsItself) {
  accept();
  platform.add({{"id", "u9"}, {"login", "else@x.test"}, {"email", "ines@mail.test"}});
  auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.text, HasSubstr("another user already has this"));
  platform.change("u9", "deletionDate", 1);
  EXPECT_EQ(attempt().next, Next::done);
}

TEST_F(InviteOperationTest, ALoginThatIsTakenAndAnInvalidDocumentAreToldApart) {
  accept();
  platform.add({{"id", "u9"}, {"login", "ines@mail.test"}});
  EXPECT_THAT(attempt().text, HasSubstr("is not valid")) << "nobody holds the e-mail address";
  platform.change("u9", "email", "ines@mail.test");
  EXPECT_THAT(attempt().text, HasSubstr("another user already has this"));
}

TEST_F(InviteOperationTest, EachRefusalOfThePlatformHasItsWords) {
  accept();
  const auto refused = [this](const std::string& request, int status) {
    platform.statuses = {{request, status}};
    auto outcome = attempt();
    EXPECT_EQ(outcome.next, Next::blocked) << request << " " << status;
    EXPECT_FALSE(outcome.hint.empty());
    return outcome.text;
  };
  EXPECT_THAT(refused("POST /user", 402), HasSubstr("subscription"));
  EXPECT_THAT(refused("POST /user", 403), HasSubstr("not permitted"));
  EXPECT_THAT(refused("POST /user", 422), HasSubstr("not valid"));
  platform.statuses.clear();
  EXPECT_THAT(refused("POST /user/token", 403), HasSubstr("not permitted"));
  platform.statuses.clear();
  EXPECT_EQ(attempt().next, Next::done);
}

TEST_F(InviteOperationTest, AFaultOfThePlatformIsNoRefusal) {
  accept();
  platform.statuses = {{"POST /user", 503}};
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::line);
  ASSERT_TRUE(outcome.fault);
  EXPECT_EQ(outcome.fault->cause, Cause::server);
}

TEST_F(InviteOperationTest, EachRefusalOfTheGatewayHasItsWords) {
  accept();
  const auto refused = [this](int status) {
    gateway.status = status;
    return attempt();
  };
  EXPECT_EQ(refused(500).next, Next::retry);
  EXPECT_THAT(refused(401).text, HasSubstr("gateway refuses the login"));
  EXPECT_THAT(refused(400).text, HasSubstr("refuses to send to this address"));
  EXPECT_EQ(refused(400).next, Next::blocked);
  gateway.retry_after = 90s;
  const auto outcome = refused(429);
  EXPECT_EQ(outcome.next, Next::retry);
  EXPECT_EQ(outcome.retry_after, 90s);
  EXPECT_FALSE(outcome.fault) << "it says nothing of the platform's line";
  EXPECT_FALSE(invitation().maybe_sent);
  EXPECT_THAT(gateway.messages, IsEmpty());
}

TEST_F(InviteOperationTest, WithoutAGatewayNothingIsMade) {
  accept();
  daemon->gateway.configure(std::nullopt);
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.text, HasSubstr("no message gateway"));
  EXPECT_THAT(platform.requests, IsEmpty());
}

TEST_F(InviteOperationTest, AnInviterMayGetAnEmailAddressLater) {
  inviter["addresses"] = Json::array();
  mirror_inviter();
  accept();
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.text, HasSubstr("no e-mail address"));
  EXPECT_THAT(platform.requests, IsEmpty());
  inviter = record("h1", "Luz", "Vega", "new@clinic.test");
  mirror_inviter();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(Json::parse(gateway.messages[0].body)["from"], "new@clinic.test");
}

TEST_F(InviteOperationTest, ABadTemplateBlocksBeforeAnythingIsMade) {
  templates["email.en.html"] = "Subject: Hello\n\n<p>{patient.frstName} {token}</p>";
  accept();
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.hint, HasSubstr("email.en.html"));
  EXPECT_THAT(outcome.hint, HasSubstr("patient.frstName"));
  EXPECT_THAT(platform.requests, IsEmpty());
  templates["email.en.html"] = "Subject: Hello {patient.firstName}\n\n<p>{token}</p>";
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(Json::parse(gateway.messages[0].body)["subject"], "Hello Ines");
}

TEST_F(InviteOperationTest, ThePersonsLanguageComesBeforeTheClinics) {
  templates["email.en.html"] = "Subject: en\n\n{token}";
  templates["email.es.html"] = "Subject: es\n\n{token}";
  templates["flu.email.es.html"] = "Subject: flu\n\n{token}";
  owner["languages"] = {"../es", "pt", "es", "en"};
  accept();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(Json::parse(gateway.messages[0].body)["subject"], "es");
}

TEST_F(InviteOperationTest, ATemplateThatWasNamedMustBeThere) {
  auto asked = request();
  asked.template_name = "flu";
  accept(asked);
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::blocked);
  EXPECT_THAT(outcome.hint, HasSubstr("flu.email.en.html"));
}

// --- time -------------------------------------------------------------------------------------

TEST_F(InviteOperationTest, WaitsForItsTime) {
  auto asked = request();
  asked.not_before = clock.wall() + 1h;
  accept(asked);
  const auto outcome = attempt();
  EXPECT_EQ(outcome.next, Next::wait);
  EXPECT_EQ(outcome.until, asked.not_before);
  EXPECT_THAT(platform.requests, IsEmpty());
  clock.advance(1h);
  EXPECT_EQ(attempt().next, Next::done);
}

TEST_F(InviteOperationTest, AnExpiredOneLeavesNothingBehind) {
  auto asked = request();
  asked.expires = clock.wall() + 1h;
  accept(asked);
  gateway.status = 500;
  EXPECT_EQ(attempt().next, Next::retry);
  EXPECT_EQ(platform.live_users(), 1u);
  clock.advance(1h);
  EXPECT_EQ(attempt().next, Next::expired);
  EXPECT_EQ(platform.live_users(), 0u);
  EXPECT_EQ(invitation().state, InvitationState::expired);
  EXPECT_EQ(invitation().contact, "");
}

TEST_F(InviteOperationTest, ATokenThatGrewOldIsGivenANewLifeBeforeItIsSent) {
  accept();
  gateway.status = 503;
  EXPECT_EQ(attempt().next, Next::retry);
  clock.advance(23h);
  EXPECT_EQ(attempt().next, Next::retry);
  EXPECT_EQ(platform.token_values.size(), 1u);
  clock.advance(1h);  // half of its 48 h
  gateway.status = 200;
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(platform.token_values.size(), 2u);
  EXPECT_THAT(gateway.messages[0].body, HasSubstr(platform.token_values[1]));
  EXPECT_EQ(platform.user(user_id())["authenticationTokens"].size(), 1u);
}

// --- taken back -------------------------------------------------------------------------------

TEST_F(InviteOperationTest, TakenBackBeforeItsUserNeedsNoLine) {
  accept();
  cancel();
  EXPECT_EQ(attempt().next, Next::cancelled);
  EXPECT_THAT(http.seen, IsEmpty());
  EXPECT_EQ(invitation().state, InvitationState::cancelled);
  EXPECT_EQ(invitation().contact, "");
}

TEST_F(InviteOperationTest, TakenBackAfterTheMessageEndsTheTokenAndTheUser) {
  accept();
  gateway.status = 500;
  EXPECT_EQ(attempt().next, Next::retry);
  cancel();
  EXPECT_EQ(attempt().next, Next::cancelled);
  EXPECT_THAT(platform.requests, testing::Contains("PUT /user"));
  EXPECT_EQ(platform.live_users(), 0u);
  EXPECT_THAT(platform.user(user_id())["authenticationTokens"], IsEmpty());
  EXPECT_FALSE(mirrored(user_id()));
}

TEST_F(InviteOperationTest, TakenBackTooLateLeavesThePersonAlone) {
  accept();
  gateway.status = 500;
  EXPECT_EQ(attempt().next, Next::retry);
  platform.change(user_id(), "passwordHash", "*");
  cancel();
  EXPECT_EQ(attempt().next, Next::done);
  EXPECT_EQ(invitation().state, InvitationState::accepted);
  EXPECT_EQ(platform.live_users(), 1u);
}

TEST_F(InviteOperationTest, TakenBackWhileUnderWayTurnsRound) {
  accept();
  http.hold = true;
  http.hold_path = "/rest/v2/user/token";
  LedgerProgress progress(daemon->stores->outbox(), ledger_thread, clock);
  auto item = *daemon->stores->outbox().item(id);
  auto task = daemon->operation.attempt(item, progress, stop.get_token());
  task.start();
  pump();
  ASSERT_FALSE(task.done());
  daemon->operation.take_back(id);
  cancel();
  http.release();
  pump();
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take().next, Next::cancelled);
  EXPECT_THAT(gateway.messages, IsEmpty());
  EXPECT_EQ(platform.live_users(), 0u);
}

TEST_F(InviteOperationTest, OthersWhoChangeTheUserMeanwhileDoNotSaveIt) {
  accept();
  gateway.status = 500;
  EXPECT_EQ(attempt().next, Next::retry);
  cancel();
  bool once = true;
  platform.fate = [&](const std::string& request) {
    if (request.starts_with("DELETE") && std::exchange(once, false)) {
      platform.change(user_id(), "name", "changed");
    }
    return fakes::Fate::comes;
  };
  EXPECT_EQ(attempt().next, Next::cancelled);
  EXPECT_EQ(platform.live_users(), 0u);
}

// --- tokens that are shown once ---------------------------------------------------------------

class MintTokenTest : public support::InviteTest {
 protected:
  MintTokenTest() { platform.add({{"id", "u9"}, {"login", "pump"}, {"deviceId", "d1"}}); }
  Result<Secret> mint(const std::string& user = "u9") {
    auto task = mint_token(daemon->users, random, user, "pump 3", 1h, stop.get_token());
    task.start();
    pump();
    EXPECT_TRUE(task.done());
    return task.take();
  }
};

TEST_F(MintTokenTest, IsWhatThePlatformWasToldAndReplacesTheOneBefore) {
  const auto first = mint();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->reveal(), platform.token_values.at(0));
  const auto second = mint();
  EXPECT_FALSE(second->equals(*first));
  EXPECT_EQ(platform.user("u9")["authenticationTokens"].size(), 1u);
}

TEST_F(MintTokenTest, SaysWhyThereIsNone) {
  EXPECT_EQ(mint("nobody").error().code, Code::not_found);
  platform.refuse_tokens = 10;
  EXPECT_EQ(mint().error().code, Code::blocked);
  platform.refuse_tokens = 0;
  platform.statuses = {{"POST /user/token", 403}};
  EXPECT_EQ(mint().error().code, Code::forbidden);
  platform.statuses = {{"POST /user/token", 503}};
  EXPECT_EQ(mint().error().code, Code::offline);
  platform.statuses.clear();
  platform.fate = [](const auto&) { return fakes::Fate::never_arrived; };
  const auto error = mint().error();
  EXPECT_EQ(error.code, Code::offline);
  EXPECT_FALSE(error.hint.empty());
}

}  // namespace
}  // namespace icure::sync
