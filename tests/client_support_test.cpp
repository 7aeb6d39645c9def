// icurectl support-bundle: what is in it, and what never is.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using testing::HasSubstr;
using testing::Not;

class SupportTest : public support::IcurectlWithPrograms {
 protected:
  SupportTest() {
    programs.add("icure-syncd", R"(echo '{"version": "1.0", "checks": []}')");
    programs.add("journalctl", "echo 'line 1'; echo 'line 2'");
  }
  Json bundle() const { return Json::parse(read("bundle.json")); }
};

support::Reaction answer(const nlohmann::json& request) {
  const auto method = request["method"].get<std::string>();
  if (method == "config.show") {
    return result_of(request, {{"values",
                                {{{"key", "platform.login"}, {"value", "anna@clinic.test"}},
                                 {{"key", "sync.interval"}, {"value", "5m"}}}}});
  }
  if (method == "outbox.list" || method == "invite.list") {
    EXPECT_EQ(request["params"]["limit"], 1000);
    return result_of(request, {{"rows",
                                {{{"id", "i-1"},
                                  {"state", "queued"},
                                  {"contact", "anna@clinic.test"},
                                  {"patch", "anna@clinic.test"}}}}});
  }
  if (method == "daemon.metrics") {
    return support::error_of(
        request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "forbidden"}}}});
  }
  return result_of(request, {{"state", "online"}, {"of", method}});
}

TEST_F(SupportTest, HoldsStatesAndCountsAndNobodysData) {
  EXPECT_EQ(run({"support-bundle", file("bundle.json")}, answer), Exit::ok);
  const auto found = bundle();
  EXPECT_EQ(found["schema"], 1);
  EXPECT_EQ(found["status"]["of"], "daemon.status");
  EXPECT_EQ(found["runs"]["of"], "sync.history");
  EXPECT_EQ(found["metrics"], Json::parse(R"({"refused":"forbidden"})"));
  EXPECT_EQ(found["outbox"], Json::parse(R"([{"id":"i-1","state":"queued"}])"));
  EXPECT_EQ(found["invitations"], Json::parse(R"([{"id":"i-1","state":"queued"}])"));
  EXPECT_EQ(found["config"]["values"][0]["value"], "(left out)");
  EXPECT_EQ(found["config"]["values"][1]["value"], "5m");
  EXPECT_EQ(found["journal"], Json::parse(R"(["line 1","line 2"])"));
  EXPECT_TRUE(found["doctor"]["checks"].is_array());
  EXPECT_THAT(read("bundle.json"), Not(HasSubstr("anna")));
}

TEST_F(SupportTest, TellsOfTheMachine) {
  EXPECT_EQ(run({"support-bundle", file("bundle.json")}, answer), Exit::ok);
  const auto machine = bundle()["machine"];
  for (const auto* member : {"system", "kernel", "processor", "memory"}) {
    EXPECT_FALSE(machine[member].get<std::string>().empty()) << member;
  }
  EXPECT_THAT(machine["memory"].get<std::string>(), Not(HasSubstr("MemTotal")));
}

TEST_F(SupportTest, IsForItsOwnerAloneAndSaysSo) {
  EXPECT_EQ(run({"support-bundle", file("bundle.json")}, answer), Exit::ok);
  EXPECT_EQ(std::filesystem::status(file("bundle.json")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(out.str(), HasSubstr(std::to_string(read("bundle.json").size()) + " bytes"));
}

TEST_F(SupportTest, WithJsonThePathAndSizeAreTheOutput) {
  EXPECT_EQ(run({"--json", "support-bundle", file("bundle.json")}, answer), Exit::ok);
  const auto told = Json::parse(out.str());
  EXPECT_EQ(told["path"], file("bundle.json"));
  EXPECT_EQ(told["bytes"], read("bundle.json").size());
}

TEST_F(SupportTest, NeverReplacesAFile) {
  write("bundle.json", "precious");
  EXPECT_NE(run({"support-bundle", file("bundle.json")}, answer), Exit::ok);
  EXPECT_EQ(read("bundle.json"), "precious");
  EXPECT_THAT(err.str(), HasSubstr("File exists"));
}

TEST_F(SupportTest, AMachineWithoutAJournalHasNoneInIt) {
  programs.add("journalctl", "echo half; exit 1");
  EXPECT_EQ(run({"support-bundle", file("bundle.json")}, answer), Exit::ok);
  EXPECT_EQ(bundle()["journal"], Json::array());
}

}  // namespace
}  // namespace icure::client
