// daemon/base/log and notable: what is known by name is known by that name everywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "daemon/base/notable.h"

namespace icure::log {
namespace {

class NotableTest : public testing::Test {
 protected:
  void TearDown() override {
    send_notables_to(nullptr);
    configure(Level::info, Format::text);
  }
};

TEST_F(NotableTest, StandInTheOrderOfTheirNumbers) {
  for (std::size_t at = 0; at < notables().size(); ++at) {
    EXPECT_EQ(static_cast<std::size_t>(notables()[at].what), at) << notables()[at].name;
  }
}

TEST_F(NotableTest, AreEachExplainedByTheCatalogAndNothingElseIs) {
  std::ifstream file(PROJECT_DIR "/systemd/icure-syncd.catalog");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::multiset<std::string> explained;
  const std::regex id("(^|\n)-- ([0-9a-f]{32})\nSubject: ");
  for (std::sregex_iterator at(text.begin(), text.end(), id), end; at != end; ++at) {
    explained.insert((*at)[2]);
  }
  std::multiset<std::string> known;
  for (const auto& each : notables()) known.emplace(each.message_id);
  EXPECT_EQ(explained, known);
}

TEST_F(NotableTest, AreMembersOfAJsonLine) {
  configure(Level::info, Format::json);
  testing::internal::CaptureStderr();
  note(Notable::offline, "no way", {{"cause", "no_route"}});
  const auto line = nlohmann::json::parse(testing::internal::GetCapturedStderr());
  EXPECT_EQ(line["event"], "offline");
  EXPECT_EQ(line["cause"], "no_route");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["text"], "no way");
}

bool takes_none(const NotableFacts&, std::string_view, const std::vector<Field>&) {
  return false;
}

TEST_F(NotableTest, GoTheWayOfAllLinesWhereThereIsNoJournal) {
  configure(Level::info, Format::journal);
  send_notables_to(&takes_none);
  testing::internal::CaptureStderr();
  note(Notable::audit_broken, "broken");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<3>broken\n");
}

TEST_F(NotableTest, AreHeldToTheLevelLikeAllLines) {
  configure(Level::error, Format::text);
  testing::internal::CaptureStderr();
  note(Notable::serving, "serving");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace icure::log
