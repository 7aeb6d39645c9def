// icurectl setup as a whole: nothing is written before the daemon's program has tried it.
#include <gmock/gmock.h>

#include "ipc/client/setup/answers.h"
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::Typed;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The daemon's program: finds what a test says, and makes recovery keys.
constexpr auto kProgram = R"(
for last; do :; done
case "$*" in
*--doctor*) cp "$0.environment" "$here/trial"; cp "$0.arguments" "$here/trial-arguments"
  cat "$ICURE_SYNCD_STORE_KEY_FILE" > "$here/trial-key"
  cat "$ICURE_SYNCD_PLATFORM_PASSWORD_FILE" > "$here/trial-password"
  cat "$here/findings" ;;
*--make-recovery-key*) [ -e "$here/no-recovery" ] && { echo no; exit 1; }
  cat "$ICURE_SYNCD_STORE_KEY_FILE" > "$here/recovery-of"
  echo ABCD-EFGH ;;
esac)";

class SetupTest : public support::IcurectlWithPrograms {
 protected:
  SetupTest() {
    programs.add("icure-syncd", kProgram);
    finds(R"({"checks": [{"name": "platform", "state": "ok", "result": "it answers"}]})");
  }
  void finds(const std::string& json) {
    note("findings", "a library says this\n" + Json::parse(json).dump() + "\n");
  }
  void note(const std::string& name, const std::string& text) {
    std::ofstream(programs.path(name)) << text;
  }
  std::string noted(const std::string& name) const {
    std::ifstream from(programs.path(name));
    return {std::istreambuf_iterator<char>(from), {}};
  }
  Exit setup(std::vector<std::string> flags, const std::string& typed = "") {
    const Typed input(typed);
    for (const auto* word : {"setup", "--config"}) words.emplace_back(word);
    words.push_back(config);
    words.insert(words.end(), flags.begin(), flags.end());
    return run(std::exchange(words, {}));
  }
  Exit first(const std::vector<std::string>& more = {}) {
    std::vector<std::string> flags = {"--url", "https://p.test", "--login", "me"};
    flags.insert(flags.end(), more.begin(), more.end());
    return setup(flags, "the password\n");
  }

  std::vector<std::string> words;
  std::string config = file("etc/config.toml");
  std::string key = "etc/credentials/store-key";
  std::string password = "etc/credentials/platform-password";
};

TEST_F(SetupTest, WritesWhatWasTriedAndShowsTheRecoveryKeyOnce) {
  ASSERT_EQ(first({"--group", "daemon"}), Exit::ok) << err.str();
  EXPECT_EQ(read(password), "the password\n");
  EXPECT_EQ(noted("trial-password"), "the password");
  EXPECT_EQ(noted("trial-key") + "\n", read(key));
  EXPECT_EQ(noted("recovery-of"), noted("trial-key"));
  EXPECT_THAT(noted("trial"), HasSubstr("ICURE_SYNCD_PLATFORM_URL=https://p.test\n"));
  EXPECT_THAT(noted("trial"), HasSubstr("ICURE_SYNCD_PLATFORM_LOGIN=me\n"));
  EXPECT_EQ(noted("trial-arguments"), "--config\n/dev/null\n--doctor\n");
  EXPECT_THAT(out.str(), HasSubstr("    ABCD-EFGH\n"));
  EXPECT_THAT(out.str(), HasSubstr("icure-syncd --config " + config));
  EXPECT_THAT(err.str(), HasSubstr("it answers"));
  const auto kept = known_answers(config);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->url, "https://p.test");
  EXPECT_EQ(kept->role, "reader");
  EXPECT_EQ(kept->key_file, file(key)) << "no service hands it over";
  EXPECT_EQ(kept->password_file, file(password));
  EXPECT_THAT(read("etc/config.toml"), HasSubstr("setup.toml"));
}

TEST_F(SetupTest, WithJsonTheResultIsOneDocument) {
  ASSERT_EQ(first({"--json"}), Exit::ok);
  const auto told = Json::parse(out.str());
  EXPECT_EQ(told["recovery_key"], "ABCD-EFGH");
  EXPECT_EQ(told["config"], answers_file(config));
  EXPECT_EQ(told["checks"][0]["name"], "platform");
  EXPECT_EQ(told["secrets"], "files that the configuration names");
  EXPECT_EQ(err.str(), "");
}

TEST_F(SetupTest, WritesNothingThatDoesNotWork) {
  finds(R"({"checks": [{"name": "login", "state": "failed", "result": "refused"},
                       {"name": "platform", "state": "ok", "result": "it answers"}]})");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_THAT(err.str(), HasSubstr("nothing was written"));
  EXPECT_THAT(err.str(), HasSubstr("refused"));
  EXPECT_FALSE(std::filesystem::exists(file("etc")));
  err.str("");
  EXPECT_EQ(first({"--json"}), Exit::failed);
  EXPECT_THAT(Json::parse(err.str())["error"]["message"], HasSubstr("refused"));
}

TEST_F(SetupTest, WhatMayBeWrongOnAFreshMachineIsNotAsked) {
  finds(R"({"checks": [{"name": "disk", "state": "failed", "result": "slow"},
                       {"name": "config", "state": "ok", "result": "/dev/null is valid"}]})");
  EXPECT_EQ(first(), Exit::ok);
  EXPECT_THAT(err.str(), Not(HasSubstr("slow")));
  EXPECT_THAT(err.str(), Not(HasSubstr("/dev/null")));
  finds(R"({"checks": [{"name": "config", "state": "failed", "result": "a fault"}]})");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_THAT(err.str(), HasSubstr("a fault"));
}

TEST_F(SetupTest, AProgramThatCannotTryItIsToldAsItSaysIt) {
  note("findings", "the disk is gone\nmount it\n");
  EXPECT_NE(first(), Exit::ok);
  EXPECT_THAT(err.str(), HasSubstr("the disk is gone"));
  program = programs.path("none");
  EXPECT_NE(first(), Exit::ok);
  EXPECT_THAT(err.str(), HasSubstr("could not be run"));
  EXPECT_FALSE(std::filesystem::exists(file("etc")));
}

TEST_F(SetupTest, TheNetworkIsLeftOutWhereThatIsAsked) {
  EXPECT_EQ(first({"--offline"}), Exit::ok);
  EXPECT_THAT(noted("trial-arguments"), HasSubstr("--offline\n"));
}

TEST_F(SetupTest, MayBeRunAgainAndKeepsTheKeyAndWhatWasSaid) {
  ASSERT_EQ(first(), Exit::ok);
  const auto before = read(key);
  out.str("");
  std::filesystem::remove(programs.path("recovery-of"));
  ASSERT_EQ(setup({"--gateway-url", "https://g.test", "--gateway-spec-id", "clinic"}), Exit::ok);
  EXPECT_EQ(read(key), before);
  EXPECT_EQ(noted("trial-key") + "\n", before);
  EXPECT_EQ(read(password), "the password\n");
  EXPECT_EQ(noted("recovery-of"), "") << "older recovery keys stay good";
  EXPECT_THAT(out.str(), HasSubstr("The store key is as it was"));
  EXPECT_THAT(noted("trial"), HasSubstr("ICURE_SYNCD_PLATFORM_URL=https://p.test\n"));
  EXPECT_THAT(noted("trial"), HasSubstr("ICURE_SYNCD_GATEWAY_URL=https://g.test\n"));
  EXPECT_THAT(noted("trial"), HasSubstr("ICURE_SYNCD_GATEWAY_SPEC_ID=clinic\n"));
  EXPECT_EQ(noted("trial-arguments"), "--config\n" + config + "\n--doctor\n");
}

TEST_F(SetupTest, APasswordFileIsReadUpToItsFirstLine) {
  const auto from = write("password", "from a file\nmore\n");
  ASSERT_EQ(setup({"--url", "https://p.test", "--login", "me", "--password-file", from}), Exit::ok);
  EXPECT_EQ(read(password), "from a file\n");
}

TEST_F(SetupTest, TouchesNoLineThatAPersonWrote) {
  write("etc/config.toml", "# mine\n");
  ASSERT_EQ(first(), Exit::ok);
  EXPECT_EQ(read("etc/config.toml"), "# mine\n");
}

TEST_F(SetupTest, SaysWhatIsMissingBeforeAnythingIsTried) {
  EXPECT_EQ(setup({"--login", "me"}), Exit::usage);
  EXPECT_THAT(err.str(), HasSubstr("--url"));
  EXPECT_EQ(setup({"--url", "https://p.test", "--login", "me"}), Exit::usage);
  EXPECT_THAT(err.str(), HasSubstr("--password-file"));
  write("etc/config.toml", "[platform\n");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_FALSE(programs.was_run("icure-syncd"));
}

TEST_F(SetupTest, AStoreKeyThatCannotBeReadIsNeverReplaced) {
  write(key, "");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_THAT(err.str(), HasSubstr("cannot be read"));
  EXPECT_EQ(read(key), "");
}

TEST_F(SetupTest, APlaceThatCannotBeWrittenIsTold) {
  write("etc/credentials", "no directory");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_THAT(err.str(), HasSubstr("cannot write"));
  EXPECT_FALSE(std::filesystem::exists(answers_file(config)));
}

TEST_F(SetupTest, WithoutARecoveryKeyAllIsWrittenAndThatIsToldAsAFailure) {
  note("no-recovery", "x");
  EXPECT_EQ(first(), Exit::failed);
  EXPECT_THAT(err.str(), HasSubstr("there is no recovery key"));
  EXPECT_THAT(err.str(), HasSubstr("icurectl store recovery-key"));
  EXPECT_TRUE(std::filesystem::exists(file(key)));
  EXPECT_TRUE(std::filesystem::exists(answers_file(config)));
}

}  // namespace
}  // namespace icure::client
