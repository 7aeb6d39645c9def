// icurectl doctor: what the daemon's program finds, joined with what the socket shows.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::error_of;
using support::result_of;
using testing::HasSubstr;

class DoctorTest : public support::IcurectlWithPrograms {
 protected:
  DoctorTest() {
    finds({{"version", version()}, {"checks", {{{"name", "key"}, {"state", "ok"}}}}});
    greets({{"role", "admin"}, {"version", version()}});
  }

  std::string version() {
    const auto shown = parse({"--version"}).shown;
    const auto from = shown.find(' ') + 1;
    return shown.substr(from, shown.find('\n') - from);
  }
  void finds(const nlohmann::json& found) {
    programs.add("icure-syncd", "echo 'a library says this'; echo '" + found.dump() + "'");
  }
  void greets(const nlohmann::json& greeting) {
    hello = [greeting](const nlohmann::json& request) { return result_of(request, greeting); };
  }
  void says_of_itself(const nlohmann::json& said) { status = said; }

  /// The check of that name, of a doctor that ends so.
  Json check(const std::string& name, Exit exit) {
    out.str("");
    EXPECT_EQ(run({"--json", "doctor", "--config", "/x.toml"},
                  [this](const nlohmann::json& request) { return result_of(request, status); }),
              exit)
        << out.str();
    const auto told = Json::parse(out.str());
    EXPECT_EQ(told["ok"], exit == Exit::ok);
    for (const auto& each : told["checks"]) {
      if (each["name"] == name) return each;
    }
    return {};
  }
  std::string state(const std::string& name, Exit exit) {
    return check(name, exit).value("state", "not there");
  }

  nlohmann::json status = {{"state", "online"}};
};

TEST_F(DoctorTest, AllIsWell) {
  EXPECT_EQ(state("key", Exit::ok), "ok");
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n/x.toml\n--doctor\n");
  EXPECT_EQ(state("access", Exit::ok), "ok");
  EXPECT_EQ(state("daemon", Exit::ok), "ok");
  EXPECT_EQ(state("versions", Exit::ok), "ok");
  says_of_itself({{"state", "starting"}});
  EXPECT_EQ(state("daemon", Exit::ok), "ok");
}

TEST_F(DoctorTest, WhatIsWrongWithTheMachineIsAFailure) {
  finds({{"version", version()}, {"checks", {{{"name", "key"}, {"state", "failed"}}}}});
  EXPECT_EQ(state("key", Exit::failed), "failed");
  EXPECT_EQ(run({"doctor"}, [](const Json& request) { return result_of(request, Json::object()); }),
            Exit::failed);
  EXPECT_THAT(out.str(), HasSubstr("failed   key"));
}

TEST_F(DoctorTest, TheNetworkIsLeftOutWhereThatIsAsked) {
  EXPECT_EQ(run({"doctor", "--config", "/x.toml", "--offline"},
                [this](const Json& request) { return result_of(request, status); }),
            Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n/x.toml\n--doctor\n--offline\n");
}

TEST_F(DoctorTest, AProgramThatIsMissingOrOldIsTold) {
  programs.add("icure-syncd", "echo 'unknown option'; exit 64");
  EXPECT_THAT(check("program", Exit::failed)["result"], HasSubstr("does not know --doctor"));
  programs.add("icure-syncd", "");
  EXPECT_EQ(state("program", Exit::failed), "failed");
  program = programs.path("none");
  EXPECT_THAT(check("program", Exit::failed)["result"], HasSubstr("could not be run"));
  EXPECT_EQ(state("versions", Exit::failed), "ok") << "who serves still tells it";
}

TEST_F(DoctorTest, SealedSecretsAreThereForTheProgram) {
  programs.add("systemd-creds", "printf 00ff");
  write("credentials/store-key.cred", "sealed");
  run({"doctor", "--config", file("config.toml")},
      [this](const Json& request) { return result_of(request, status); });
  EXPECT_THAT(programs.environment("icure-syncd"), HasSubstr("CREDENTIALS_DIRECTORY="));
}

TEST_F(DoctorTest, WhoMayAskNothingIsTold) {
  greets({{"role", "none"}, {"version", version()}});
  EXPECT_EQ(state("access", Exit::failed), "failed");
  EXPECT_EQ(state("daemon", Exit::failed), "skipped");
}

TEST_F(DoctorTest, WhoMayNotAskHowTheDaemonIsIsToldThat) {
  EXPECT_EQ(run({"--json", "doctor"},
                [](const Json& request) {
                  return error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "forbidden"}}}});
                }),
            Exit::ok);
  EXPECT_THAT(out.str(), HasSubstr("you may not ask how it is"));
}

TEST_F(DoctorTest, WhatTheDaemonSaysOfItselfIsAWarning) {
  says_of_itself({{"state", "offline"}, {"cause", "dns"}});
  auto told = check("daemon", Exit::ok);
  EXPECT_EQ(told["state"], "warning");
  EXPECT_EQ(told["result"], "it is offline (dns)");
  says_of_itself({{"state", "online"}, {"warnings", {{{"text", "so"}, {"hint", "do"}}}}});
  told = check("daemon", Exit::ok);
  EXPECT_EQ(told["state"], "warning");
  EXPECT_EQ(told["result"], "it is online; its warnings: 1");
  EXPECT_EQ(told["faults"], Json::parse(R"([{"text":"so","remedy":"do"}])"));
}

TEST_F(DoctorTest, VersionsThatDifferAreAFailure) {
  greets({{"role", "admin"}, {"version", "0.0.1"}});
  EXPECT_THAT(check("versions", Exit::failed)["result"],
              "the daemon that serves is 0.0.1, the installed one is " + version());
  finds({{"version", "0.0.1"}, {"checks", Json::array()}});
  EXPECT_EQ(check("versions", Exit::failed)["result"],
            "icure-syncd is 0.0.1, icurectl is " + version());
  greets({{"role", "admin"}});
  EXPECT_EQ(check("versions", Exit::failed)["result"],
            "icure-syncd is 0.0.1, icurectl is " + version());
  finds({{"checks", Json::array()}});
  EXPECT_EQ(state("versions", Exit::ok), "skipped");
}

TEST_F(DoctorTest, ADaemonThatHangsUpIsAFailure) {
  hello = [](const Json&) { return support::Reaction{"", true}; };
  EXPECT_EQ(state("access", Exit::failed), "skipped");
  EXPECT_EQ(state("daemon", Exit::failed), "failed");
}

TEST_F(DoctorTest, WhereNobodyServesThatIsAWarning) {
  Options options;
  options.socket = file("none.sock");
  Client client(options);
  screen.json = true;
  const auto parsed = parse({"doctor"});
  EXPECT_EQ(Runner(client, screen, program).run(*parsed.line->verb, parsed.line->values), Exit::ok);
  EXPECT_THAT(out.str(), HasSubstr("nobody serves"));
  EXPECT_THAT(out.str(), HasSubstr("icure-syncd and icurectl are " + version()));
}

}  // namespace
}  // namespace icure::client
