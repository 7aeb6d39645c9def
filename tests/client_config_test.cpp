// icurectl config and call.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using support::Typed;
using testing::HasSubstr;

using ConfigTest = support::IcurectlWithPrograms;

TEST_F(ConfigTest, IsCheckedByTheDaemonsProgram) {
  programs.add("icure-syncd", "echo \"$2 is valid\"");
  EXPECT_EQ(run({"config", "check", "--config", "/x.toml"}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"), "--config\n/x.toml\n--check-config\n");
  EXPECT_EQ(out.str(), "/x.toml is valid\n");
  EXPECT_EQ(err.str(), "");
}

TEST_F(ConfigTest, IsTheInstalledOneUnlessAnotherIsNamed) {
  programs.add("icure-syncd", "");
  EXPECT_EQ(run({"config", "check"}), Exit::ok);
  EXPECT_EQ(programs.arguments("icure-syncd"),
            "--config\n/etc/icure-syncd/config.toml\n--check-config\n");
}

TEST_F(ConfigTest, FaultsAreAFailureAndNoOutput) {
  programs.add("icure-syncd", "echo 'one \x1b'; echo two; exit 1");
  EXPECT_EQ(run({"config", "check"}), Exit::failed);
  EXPECT_EQ(err.str(), "one ?\ntwo\n");
  EXPECT_EQ(out.str(), "");
}

TEST_F(ConfigTest, WithJsonTheFaultsAreAList) {
  programs.add("icure-syncd", "echo one; echo two; exit 1");
  EXPECT_EQ(run({"--json", "config", "check"}), Exit::failed);
  EXPECT_EQ(Json::parse(out.str()),
            Json::parse(R"({"schema":1,"valid":false,"faults":["one","two"]})"));
  out.str("");
  programs.add("icure-syncd", "echo it is valid");
  EXPECT_EQ(run({"--json", "config", "check"}), Exit::ok);
  EXPECT_EQ(Json::parse(out.str()), Json::parse(R"({"schema":1,"valid":true,"faults":[]})"));
}

TEST_F(ConfigTest, AProgramThatIsMissingIsNoFaultOfTheConfiguration) {
  EXPECT_NE(run({"config", "check"}), Exit::ok);
  EXPECT_THAT(err.str(), HasSubstr("could not be run"));
}

TEST_F(ConfigTest, ACallTakesItsParamsFromTheInput) {
  const Typed typed("{\"id\":\n\"u-1\"}\n");
  const auto echo = [](const Json& request) { return result_of(request, request["params"]); };
  EXPECT_EQ(run({"--json", "call", "user.get", "-"}, echo), Exit::ok);
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"id":"u-1"})"));
  EXPECT_EQ(out.str(), "{\"id\":\"u-1\"}\n") << "as it was sent, with no schema of ours";
}

TEST_F(ConfigTest, ACallThatIsRefusedIsAFailure) {
  EXPECT_EQ(run({"call", "user.get"},
                [](const Json& request) {
                  return support::error_of(
                      request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "not_found"}}}});
                }),
            Exit::not_found);
}

}  // namespace
}  // namespace icure::client
