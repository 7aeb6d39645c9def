// icurectl backup and store: what goes over the socket, and what the daemon's program does while
// nobody serves.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using support::Typed;
using testing::HasSubstr;
using testing::StartsWith;

class StoreTest : public support::IcurectlWithPrograms {
 protected:
  std::string config = file("config.toml");
};

TEST_F(StoreTest, APathIsMadeWholeForTheDaemonIsElsewhere) {
  const auto saved = [](const Json& request) {
    return result_of(request, {{"path", request["params"]["path"]}, {"bytes", 4096}});
  };
  EXPECT_EQ(run({"backup", "create", "down/../x.backup"}, saved), Exit::ok);
  EXPECT_EQ(sent()["method"], "store.backup");
  const auto whole = std::filesystem::current_path() / "x.backup";
  EXPECT_EQ(sent()["params"], (nlohmann::json{{"path", whole}}));
  EXPECT_THAT(out.str(), StartsWith("saved " + whole.string() + ", 4096 bytes\n"));
}

TEST_F(StoreTest, ADamagedFileIsAFailureAndItsFaultsAreTold) {
  const auto checked = [](bool ok) {
    return [ok](const Json& request) {
      const auto faults = ok ? Json::array() : Json{"page 7: no\x1b"};
      return result_of(
          request,
          {{"ok", ok},
           {"files",
            {{{"name", "mirror"}, {"bytes", 8192}, {"ok", true}, {"faults", Json::array()}},
             {{"name", "ledger"}, {"bytes", 4096}, {"ok", ok}, {"faults", faults}}}}});
    };
  };
  EXPECT_EQ(run({"store", "verify"}, checked(true)), Exit::ok);
  EXPECT_EQ(out.str(), "FILE    BYTES  STATE\nmirror  8192   sound\nledger  4096   sound\n");
  out.str("");
  EXPECT_EQ(run({"backup", "verify", "/x"}, checked(false)), Exit::failed);
  EXPECT_EQ(out.str(),
            "FILE    BYTES  STATE\nmirror  8192   sound\nledger  4096   damaged\n"
            "ledger: page 7: no?\n");
}

TEST_F(StoreTest, ARefusalOfTheDaemonIsOne) {
  EXPECT_EQ(run({"store", "rekey", "/key"},
                [](const Json& request) {
                  return support::error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "forbidden"}}}});
                }),
            Exit::not_permitted);
}

TEST_F(StoreTest, ANewKeyIsToBeGivenToTheDaemon) {
  EXPECT_EQ(run({"store", "rekey", "/key"},
                [](const Json& request) { return result_of(request, Json::object()); }),
            Exit::ok);
  EXPECT_EQ(sent()["params"], (nlohmann::json{{"key_file", "/key"}}));
  EXPECT_THAT(out.str(), HasSubstr("restart it"));
}

TEST_F(StoreTest, RestoringIsUpToTheDaemonsProgram) {
  programs.add("icure-syncd", "echo 'restored \x1b'; echo 'start it'");
  EXPECT_EQ(run({"backup", "restore", "/b/../x.backup", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n" + config + "\n--restore\n/x.backup\n");
  EXPECT_EQ(out.str(), "restored ?\nstart it\n");
  EXPECT_EQ(run({"backup", "restore", "/x", "--force", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"),
            "--config\n" + config + "\n--restore\n/x\n--force\n");
}

TEST_F(StoreTest, TheRecoveryKeyIsTypedAndHandedOnByTheInput) {
  programs.add("icure-syncd", "echo done");
  const Typed typed("ABCD-EFGH\r\n");
  EXPECT_EQ(run({"backup", "restore", "/x", "--recovery", "--config", config}), Exit::ok);
  EXPECT_THAT(programs.arguments("icure-syncd"), testing::EndsWith("\n--by-recovery-key\n"));
  EXPECT_EQ(programs.input("icure-syncd"), "ABCD-EFGH");
}

TEST_F(StoreTest, RecoveringTakesTheRecoveryKeyAsWell) {
  programs.add("icure-syncd", "echo done");
  const Typed typed("ABCD-EFGH\n");
  EXPECT_EQ(run({"--json", "store", "recover", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n" + config + "\n--recover\n");
  EXPECT_EQ(programs.input("icure-syncd"), "ABCD-EFGH");
  EXPECT_EQ(out.str(), "{\"schema\":1,\"done\":[\"done\"]}\n");
}

TEST_F(StoreTest, AdoptingAndExportingNeedNoKeyTyped) {
  programs.add("icure-syncd", "echo done");
  EXPECT_EQ(run({"store", "adopt", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n" + config + "\n--adopt\n");
  EXPECT_EQ(run({"store", "export", "/out/./x", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n" + config + "\n--export\n/out/x\n");
}

TEST_F(StoreTest, TheProgramHasTheServicesSecrets) {
  programs.add("icure-syncd", "echo done");
  write("credentials/store-key", "00ff");
  EXPECT_EQ(run({"store", "adopt", "--config", config}), Exit::ok);
  EXPECT_THAT(programs.environment("icure-syncd"),
              HasSubstr("CREDENTIALS_DIRECTORY=" + file("credentials") + "\n"));
}

TEST_F(StoreTest, WhatTheProgramRefusesIsToldWithWhatHelps) {
  programs.add("icure-syncd", "echo 'a daemon serves' >&2; echo 'stop it first' >&2; exit 9");
  EXPECT_NE(run({"store", "adopt", "--config", config}), Exit::ok);
  EXPECT_EQ(err.str(), "icurectl: a daemon serves\n  stop it first\n");
  EXPECT_EQ(out.str(), "");
}

TEST_F(StoreTest, ARecoveryKeyIsShownOnceWithWhatToDoWithIt) {
  programs.add("icure-syncd", "echo 'something of a library'; echo ABCD-EFGH");
  write("credentials/store-key", "00ff");
  EXPECT_EQ(run({"store", "recovery-key", "--config", config}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n" + config + "\n--make-recovery-key\n");
  EXPECT_THAT(programs.environment("icure-syncd"), HasSubstr("CREDENTIALS_DIRECTORY="));
  EXPECT_THAT(out.str(), HasSubstr("    ABCD-EFGH\n"));
  out.str("");
  EXPECT_EQ(run({"--json", "store", "recovery-key", "--config", config}), Exit::ok);
  EXPECT_EQ(out.str(), "{\"schema\":1,\"recovery_key\":\"ABCD-EFGH\"}\n");
}

TEST_F(StoreTest, NoRecoveryKeyIsMadeWhileADaemonServes) {
  programs.add("icure-syncd", "echo 'a daemon serves'; echo 'stop it'; exit " +
                                  std::to_string(static_cast<int>(Exit::conflict)));
  EXPECT_EQ(run({"store", "recovery-key", "--config", config}), Exit::conflict);
  EXPECT_THAT(err.str(), HasSubstr("stop it"));
}

}  // namespace
}  // namespace icure::client
