// People who log in through the daemon, with and without a line: who gets in, who does not, and who
// is thrown out.
#include "tests/support/login_fixture.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::LoginMode;
using support::LoginTest;

constexpr auto kAnna = "password of u1";

TEST_F(LoginTest, LetsAUserInByThePlatformAndWithoutALineByWhatItKept) {
  auto in = log_in("u1@x.test", kAnna);
  ASSERT_TRUE(in) << in.error().message;
  EXPECT_EQ(in->view.session.user, "u1");
  EXPECT_EQ(in->view.session.mode, LoginMode::online);
  EXPECT_TRUE(in->view.roles_fresh);
  EXPECT_EQ(in->view.ends, clock.wall() + 12h);
  cut_the_line();
  auto again = log_in("u1", kAnna);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->view.session.user, "u1");
  EXPECT_EQ(again->view.session.mode, LoginMode::offline);
  restart();
  EXPECT_EQ(try_login("u1@x.test", kAnna), "in");
  EXPECT_TRUE(is_in(token_of(in))) << "a session lasts over a restart";
}

TEST_F(LoginTest, WithoutALineTellsNobodyWhichNamesThereAre) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  cut_the_line();
  auto wrong = log_in("u1", "password of u9");
  auto unknown = log_in("nobody@x.test", kAnna);
  EXPECT_EQ(word(wrong), "failed");
  EXPECT_EQ(word(unknown), "failed");
  EXPECT_EQ(wrong.error().message, unknown.error().message);
  EXPECT_EQ(wrong.error().hint, unknown.error().hint);
  EXPECT_EQ(try_login("u2", "password of u2"), "offline") << "never logged in here";
}

TEST_F(LoginTest, OnlineTheSameWordsAreSaidOfAWrongNameAndAWrongPassword) {
  auto wrong = log_in("u1", "password of u9");
  auto unknown = log_in("nobody@x.test", kAnna);
  ASSERT_EQ(word(wrong), "failed");
  ASSERT_EQ(word(unknown), "failed");
  EXPECT_EQ(wrong.error().message, unknown.error().message);
}

TEST_F(LoginTest, TellsTheWaysOfASecondFactorApart) {
  codes["u1"] = "123456";
  EXPECT_EQ(try_login("u1", kAnna), "otp");
  auto wrong = log_in("u1", kAnna, "999999");
  EXPECT_EQ(word(wrong), "failed");
  EXPECT_NE(wrong.error().message.find("one-time code"), std::string::npos);
  login_status = 429;
  auto locked = log_in("u1", kAnna, "123456");
  EXPECT_EQ(word(locked), "locked");
  EXPECT_GT(*locked.error().retry_after, 0ms);
  login_status.reset();
  EXPECT_EQ(try_login("u1", kAnna, "123456"), "in");
  EXPECT_FALSE(has_verifier("u1")) << "it would let in without the code";
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna, "123456"), "offline");
}

TEST_F(LoginTest, ASecondFactorMayBeWaivedWithoutALine) {
  options.offline_without_otp = true;
  start();
  codes["u1"] = "123456";
  ASSERT_EQ(try_login("u1", kAnna, "123456"), "in");
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna), "in");
}

TEST_F(LoginTest, APasswordThatMayHoldACodeIsNotKept) {
  codes["u1"] = "123456";
  ASSERT_EQ(try_login("u1", std::string(kAnna) + "|123456"), "in");
  EXPECT_FALSE(has_verifier("u1"));
}

TEST_F(LoginTest, ATokenIsNotKeptAsAPassword) {
  claims = R"(,"tac":10)";
  ASSERT_EQ(try_login("u1", kAnna), "in");
  EXPECT_FALSE(has_verifier("u1"));
  claims = R"(,"tac":20)";
  ASSERT_EQ(try_login("u1", kAnna), "in");
  EXPECT_TRUE(has_verifier("u1"));
}

TEST_F(LoginTest, WaitsForThePlatformForAWhileAndThenGoesWithoutALine) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  http.hold = true;
  auto task = daemon->logins.log_in(request_of("u1", kAnna), stop.get_token());
  task.start();
  pump();
  advance(7999ms);
  EXPECT_FALSE(task.done());
  advance(1ms);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take()->view.session.mode, LoginMode::offline);
  http.release();
  EXPECT_TRUE(engine.connection().online) << "one slow answer is no outage";
}

TEST_F(LoginTest, AFaultOfThePlatformIsNoRefusal) {
  const auto token = token_of(log_in("u1", kAnna));
  for (const int status : {500, 403, 404, 429, 302}) {
    login_status = status;
    auto in = log_in("u1", kAnna);
    ASSERT_TRUE(in) << status << ": " << in.error().message;
    EXPECT_EQ(in->view.session.mode, LoginMode::offline);
  }
  EXPECT_TRUE(is_in(token));
}

TEST_F(LoginTest, AStrangersTypoLocksNobodyOut) {
  const auto token = token_of(log_in("u1", kAnna));
  for (int i = 0; i < 5; ++i) try_login("u1", "a guess");
  EXPECT_TRUE(is_in(token));
  EXPECT_TRUE(has_verifier("u1"));
  EXPECT_EQ(try_login("u1", kAnna), "locked") << "the caller who guessed";
  EXPECT_EQ(try_login("u1", kAnna, "", 1001), "in") << "another caller";
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna, "", 1001), "in");
}

TEST_F(LoginTest, ALockLastsOverARestartAndEnds) {
  cut_the_line();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(try_login("nobody", "a guess"), "failed");
  auto locked = log_in("nobody", "a guess");
  ASSERT_EQ(word(locked), "locked") << "also of a name that nobody has";
  EXPECT_GT(*locked.error().retry_after, 14min);
  restart();
  EXPECT_EQ(try_login("nobody", "a guess"), "locked");
  clock.set_wall(-24h);
  EXPECT_EQ(try_login("nobody", "a guess"), "locked") << "whoever sets the clock";
  advance(15min);
  EXPECT_EQ(try_login("nobody", "a guess"), "failed");
}

TEST_F(LoginTest, ARightGuessForgivesTheWrongOnes) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(try_login("u1", "a guess"), "failed");
    EXPECT_EQ(try_login("u1", "a guess"), "failed");
    EXPECT_EQ(try_login("u1", kAnna), "in");
  }
}

TEST_F(LoginTest, GuessesSideBySideAreCountedOneAfterAnother) {
  http.hold = true;
  std::vector<Task<Result<LoggedIn>>> guesses;
  for (int i = 0; i < 10; ++i) {
    guesses.push_back(daemon->logins.log_in(request_of("u1", "a guess"), stop.get_token()));
    guesses.back().start();
    pump();
  }
  http.release();
  pump();
  int asked = 0;
  for (auto& each : guesses) {
    ASSERT_TRUE(each.done());
    asked += word(each.take()) == "failed" ? 1 : 0;
  }
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(logins_asked, 3);
}

TEST_F(LoginTest, TooManyAtOnceAreTurnedAwayAndTheOthersServed) {
  http.hold = true;
  std::vector<Task<Result<LoggedIn>>> logins;
  for (int i = 0; i < 38; ++i) {
    logins.push_back(
        daemon->logins.log_in(request_of("u" + std::to_string(i), "x"), stop.get_token()));
    logins.back().start();
    pump();
  }
  EXPECT_EQ(std::count_if(logins.begin(), logins.end(), [](auto& each) { return each.done(); }), 6);
  http.release();
  pump();
  for (auto& each : logins) EXPECT_TRUE(each.done());
}

TEST_F(LoginTest, APasswordThatWasChangedElsewhereEndsWhatTheOldOneOpened) {
  const auto token = token_of(log_in("u1", kAnna));
  const auto other = token_of(log_in("u2", "password of u2"));
  passwords["u1"] = "a new password";
  EXPECT_EQ(try_login("u1", kAnna), "failed") << "the verifier accepts it, the platform does not";
  EXPECT_FALSE(is_in(token));
  EXPECT_FALSE(has_verifier("u1"));
  EXPECT_TRUE(is_in(other));
  EXPECT_EQ(try_login("u1", "a new password"), "in");
  cut_the_line();
  EXPECT_EQ(try_login("u1", "a new password"), "in");
  EXPECT_EQ(try_login("u1", kAnna), "failed");
}

TEST_F(LoginTest, ANameInOtherCapitalsIsNoReasonToThrowAnybodyOut) {
  const auto token = token_of(log_in("u1@x.test", kAnna));
  EXPECT_EQ(try_login("U1@X.test", kAnna), "failed") << "platform: names are told apart by letter";
  EXPECT_TRUE(is_in(token));
  EXPECT_TRUE(has_verifier("u1"));
}

TEST_F(LoginTest, WhomThePlatformDisablesIsOutAtOnce) {
  const auto token = token_of(log_in("u1", kAnna));
  const auto other = token_of(log_in("u2", "password of u2"));
  platform.at(Kind::user, "u1")["status"] = "DISABLED";
  platform.at(Kind::user, "u1")["rev"] = platform.next_rev();
  sweep();
  EXPECT_FALSE(is_in(token)) << "at the next question";
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna), "failed") << "as one who never was";
  EXPECT_TRUE(has_verifier("u1"));
  run_loop(6s);
  EXPECT_FALSE(has_verifier("u1")) << "and nothing of it is kept";
  EXPECT_EQ(sessions_on_disk(), 1u);
  EXPECT_TRUE(is_in(other));
}

TEST_F(LoginTest, WhomThePlatformDeletesIsOutEvenWhereNobodyAsks) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  platform.remove("u1");
  sweep();
  run_loop(6s);
  EXPECT_EQ(sessions_on_disk(), 0u);
  EXPECT_FALSE(has_verifier("u1"));
}

TEST_F(LoginTest, TheBrakeHoldsNobodyIn) {
  const auto token = token_of(log_in("u1", kAnna));
  brake.configure({5, 2});
  for (const auto* id : {"u1", "u3", "u4", "u5", "u6"}) {
    platform.at(Kind::user, id)["status"] = "DISABLED";
    platform.at(Kind::user, id)["rev"] = platform.next_rev();
  }
  sweep();
  ASSERT_FALSE(brake.open().empty()) << "it is held back from reads";
  ASSERT_NE(rev_of(Kind::user, "u1"), platform.rev_of("u1"));
  EXPECT_FALSE(is_in(token));
  run_loop(6s);
  EXPECT_FALSE(has_verifier("u1"));
  EXPECT_EQ(sessions_on_disk(), 0u);
}

TEST_F(LoginTest, WhoIsLetInByThePlatformAgainIsInAgain) {
  brake.configure({5, 2});
  for (const auto* id : {"u1", "u3", "u4", "u5", "u6"}) {
    platform.at(Kind::user, id)["status"] = "DISABLED";
    platform.at(Kind::user, id)["rev"] = platform.next_rev();
  }
  sweep();
  platform.at(Kind::user, "u1")["status"] = "ACTIVE";
  platform.at(Kind::user, "u1")["rev"] = platform.next_rev();
  const auto token = token_of(log_in("u1", kAnna));
  EXPECT_TRUE(is_in(token));
}

TEST_F(LoginTest, ADocumentThatTellsOfAnotherWayToLogInEndsTheOldOne) {
  const auto token = token_of(log_in("u1", kAnna));
  platform.at(Kind::user, "u1")["roles"] = {"nurse"};
  platform.at(Kind::user, "u1")["rev"] = platform.next_rev();
  sweep();
  EXPECT_TRUE(is_in(token)) << "roles are another matter";
  platform.at(Kind::user, "u1").erase("passwordHash");
  platform.at(Kind::user, "u1")["rev"] = platform.next_rev();
  sweep();
  EXPECT_FALSE(is_in(token));
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna), "offline");
}

TEST_F(LoginTest, AUserOutsideOfTheMirrorIsNotLetIn) {
  passwords["new"] = "password of new";
  platform.put("new", "New");
  EXPECT_EQ(try_login("new", "password of new"), "in") << "it is read at once";
  passwords["far"] = "password of far";
  platform.put("far", "Far");
  platform.statuses["POST /rest/v2/user/byIds"] = 403;
  EXPECT_EQ(try_login("far", "password of far"), "not mirrored");
}

TEST_F(LoginTest, WhatIsTooOldLetsNobodyIn) {
  const auto token = token_of(log_in("u1", kAnna));
  cut_the_line();
  advance(11h);
  EXPECT_TRUE(is_in(token)) << "used again in time";
  advance(60h);
  EXPECT_FALSE(is_in(token)) << "unused for too long";
  EXPECT_EQ(try_login("u1", kAnna), "in");
  EXPECT_EQ(log_in("u1", kAnna)->view.ends, log_in("u1", kAnna)->view.session.proven + 72h);
  advance(73h);
  EXPECT_EQ(try_login("u1", kAnna), "offline");
  EXPECT_EQ(try_login("u1", "a guess"), "failed") << "an old verifier still knows a wrong guess";
  run_loop(1s);
  EXPECT_FALSE(has_verifier("u1"));
}

TEST_F(LoginTest, SettingTheClockBackExtendsNothing) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  cut_the_line();
  advance(71h);
  run_loop(1s);  // the time is written down
  clock.set_wall(-70h);
  restart();
  EXPECT_EQ(try_login("u1", kAnna), "in");
  advance(1h + 1s);
  EXPECT_EQ(try_login("u1", kAnna), "offline");
}

TEST_F(LoginTest, RolesGrowOldUnlessASweepComparesThem) {
  const auto token = token_of(log_in("u1", kAnna));
  cut_the_line();
  advance(11h);
  ASSERT_TRUE(current(token)->roles_fresh);
  advance(2h);
  EXPECT_FALSE(current(token)->roles_fresh);
  EXPECT_FALSE(log_in("u1", kAnna)->view.roles_fresh);
  platform.fault.reset();
  engine.succeeded();
  sweep();
  EXPECT_TRUE(current(token)->roles_fresh);
}

TEST_F(LoginTest, LoggingOutAndRevokingEndForGood) {
  const auto one = token_of(log_in("u1", kAnna));
  const auto two = token_of(log_in("u1", kAnna));
  const auto ben = token_of(log_in("u2", "password of u2"));
  ASSERT_TRUE(finish(daemon->logins.log_out(Secret(std::string_view(one)))));
  EXPECT_FALSE(is_in(one));
  EXPECT_TRUE(finish(daemon->logins.log_out(Secret(std::string_view(one)))))
      << "there is nothing left to do";
  auto sessions = daemon->logins.sessions();
  ASSERT_EQ(sessions.size(), 2u);
  const bool first = sessions[0].session.user == "u1";
  ASSERT_TRUE(finish(daemon->logins.revoke(sessions[first ? 0 : 1].session.id)));
  EXPECT_FALSE(is_in(two));
  EXPECT_EQ(finish(daemon->logins.revoke("none")).error().code, Code::not_found);
  ASSERT_TRUE(finish(daemon->logins.shut_out("u2")));
  EXPECT_FALSE(is_in(ben));
  restart();
  EXPECT_FALSE(is_in(one) || is_in(two) || is_in(ben));
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna), "in") << "ending a session is no reason to ask the platform";
  EXPECT_EQ(try_login("u2", "password of u2"), "offline") << "shutting a user out is";
}

TEST_F(LoginTest, AProgramThatNeverLogsOutKeepsItsNewestSessions) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 70; ++i) {
    tokens.push_back(token_of(log_in("u1", kAnna)));
    advance(1s);
  }
  EXPECT_FALSE(is_in(tokens[0]));
  EXPECT_TRUE(is_in(tokens[69]));
  EXPECT_EQ(sessions_on_disk(), 64u);
}

TEST_F(LoginTest, OfflineLoginsCanBeSwitchedOff) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  options.offline = false;
  daemon->logins.configure(options);
  cut_the_line();
  EXPECT_EQ(try_login("u1", kAnna), "offline");
  EXPECT_EQ(try_login("nobody", kAnna), "offline");
  run_loop(1s);
  EXPECT_FALSE(has_verifier("u1"));
}

TEST_F(LoginTest, NothingIsAskedWhileThePlatformWantsToBeLeftAlone) {
  ASSERT_EQ(try_login("u1", kAnna), "in");
  ASSERT_TRUE(finish(engine.pause(1h)));
  const auto before = logins_asked;
  EXPECT_EQ(try_login("u1", kAnna), "in");
  EXPECT_EQ(logins_asked, before);
}

TEST_F(LoginTest, SessionsThatAreUsedLastOverARestart) {
  const auto token = token_of(log_in("u1", kAnna));
  advance(11h);
  ASSERT_TRUE(is_in(token));
  run_loop(1s);
  advance(2h);
  restart();
  EXPECT_TRUE(is_in(token));
}

}  // namespace
}  // namespace icure::sync
