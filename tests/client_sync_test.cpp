// icurectl sync: what a run would do, what is held back, and what is gone.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using testing::HasSubstr;
using testing::Not;

class SyncTest : public support::Icurectl {
 protected:
  std::string shown(const std::vector<std::string>& words, const nlohmann::json& result,
                    Exit exit = Exit::ok) {
    out.str("");
    EXPECT_EQ(run(words, [&result](const Json& request) { return result_of(request, result); }),
              exit);
    return out.str();
  }
};

TEST_F(SyncTest, APlanCountsByKindAndWarns) {
  nlohmann::json plan = {{"kinds",
                          {{"user",
                            {{"seen", 10},
                             {"added", 1},
                             {"changed", 2},
                             {"deleted", 3},
                             {"disabled", 4},
                             {"held", 5}}}}},
                         {"would_brake", nlohmann::json::array()}};
  EXPECT_EQ(shown({"sync", "plan"}, plan),
            "A full sync now would change (nothing was applied):\n"
            "KIND  SEEN  ADDED  CHANGED  DELETED  DISABLED  HELD\n"
            "user  10    1      2        3        4         5\n");
  plan["would_brake"] = {"user", 7, "patient"};
  EXPECT_THAT(shown({"sync", "plan"}, plan),
              HasSubstr("would be held back for approval: user, patient\n"));
}

TEST_F(SyncTest, ADecisionSaysWhatFollows) {
  const auto batch = [](const char* state) {
    return nlohmann::json{{"batch",
                           {{"id", "b-1"},
                            {"kind", "user"},
                            {"state", state},
                            {"deletes", 3},
                            {"hides", 2},
                            {"disables", 1}}}};
  };
  const auto applied = shown({"sync", "approve", "b-1", "apply"}, batch("applied"));
  EXPECT_EQ(sent()["params"], nlohmann::json::parse(R"({"batch":"b-1","decision":"apply"})"));
  EXPECT_THAT(applied, HasSubstr("Batch b-1 of user: applied; 3 deleted, 2 hidden, 1 disabled\n"));
  EXPECT_THAT(applied, HasSubstr("follows the platform"));
  EXPECT_THAT(applied, Not(HasSubstr("kept as they are")));
  const auto discarded = shown({"sync", "approve", "b-1", "discard"}, batch("discarded"));
  EXPECT_THAT(discarded, HasSubstr("kept as they are"));
  EXPECT_THAT(discarded, Not(HasSubstr("follows the platform")));
}

TEST_F(SyncTest, TombstonesAreListed) {
  EXPECT_EQ(shown({"sync", "tombstones", "--kind", "user"}, {{"rows", nlohmann::json::array()}}),
            "nothing is gone\n");
  EXPECT_EQ(sent()["params"]["kind"], "user");
  EXPECT_THAT(
      shown({"sync", "tombstones"},
            {{"rows", {{{"kind", "user"}, {"id", "u-1"}, {"how", "purged"}, {"rev", "2-a"}}}}}),
      HasSubstr("user  u-1  purged"));
}

TEST_F(SyncTest, ARunThatWasCutOffIsTriedLater) {
  shown({"sync", "run"}, {{"run", {{"id", "r"}, {"state", "cut_off"}}}}, Exit::try_later);
}

TEST_F(SyncTest, APauseIsToldWithItsEnd) {
  EXPECT_THAT(shown({"sync", "pause", "--for", "30m"}, nlohmann::json::object()),
              HasSubstr("icurectl sync resume"));
  EXPECT_EQ(sent()["params"]["for_s"], 1800);
  EXPECT_THAT(shown({"sync", "resume"}, nlohmann::json::object()), HasSubstr("goes on"));
}

TEST_F(SyncTest, ACompletionScriptIsTheOutput) {
  EXPECT_THAT(shown({"completion", "bash"}, nullptr), HasSubstr("icurectl"));
  EXPECT_THAT(shown({"--json", "completion", "fish"}, nullptr), HasSubstr("\"shell\":\"fish\""));
}

}  // namespace
}  // namespace icure::client
