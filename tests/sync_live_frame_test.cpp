// sync/live_frame.h: what goes over a notification socket, as text.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/live.h"
#include "sync/live_frame.h"

namespace icure::sync {
namespace {

TEST(LiveFrameTest, NamesWhosePatientsAreMeant) {
  const auto one = nlohmann::json::parse(subscription(Kind::patient, {"o1"}));
  EXPECT_EQ(one["filter"]["filter"]["healthcarePartyId"], "o1");
  const auto two = nlohmann::json::parse(subscription(Kind::patient, {"o1", "o2"}));
  EXPECT_EQ(two["filter"]["filter"]["$type"], "UnionFilter");
  EXPECT_EQ(two["filter"]["filter"]["filters"][1]["healthcarePartyId"], "o2");
  EXPECT_EQ(two["eventTypes"], nlohmann::json::parse(R"(["CREATE","UPDATE"])"));
}

TEST(LiveFrameTest, ReadsAHintOfHostileText) {
  for (const auto* bad : {"", "ping", "[]", "{", "null", R"({"id":1,"rev":"x"})", R"({"id":"a"})",
                          R"({"id":"","rev":"1"})", "\xff\xfe"}) {
    EXPECT_FALSE(parse_hint(Kind::user, bad)) << bad;
  }
  auto hint = parse_hint(Kind::user, R"({"rev":"2-x","x":{"id":"no"},"id":"a","status":"ACTIVE"})");
  ASSERT_TRUE(hint);
  EXPECT_EQ(hint->id + hint->rev, "a2-x");
  EXPECT_FALSE(hint->takes_away);
  EXPECT_TRUE(parse_hint(Kind::user, R"({"rev":"2","id":"a","status":"DISABLED"})")->takes_away);
  EXPECT_FALSE(parse_hint(Kind::hcp, R"({"rev":"2","id":"a"})")->takes_away);
  EXPECT_TRUE(parse_hint(Kind::hcp, R"({"rev":"2","id":"a","deletionDate":7})")->takes_away);
}

TEST(LiveFrameTest, EachKindIsAskedForByItsOwnName) {
  const std::vector<std::pair<Kind, const char*>> names = {{Kind::user, "User"},
                                                           {Kind::hcp, "HealthcareParty"},
                                                           {Kind::patient, "Patient"},
                                                           {Kind::device, "Device"}};
  for (const auto& [kind, name] : names) {
    const auto text = subscription(kind, {"o1"});
    EXPECT_NE(text.find(".entities." + std::string(name) + "\""), std::string::npos) << text;
  }
}

TEST(LiveStateTest, EachStateHasItsWord) {
  EXPECT_EQ(word_of(LiveState::off), "off");
  EXPECT_EQ(word_of(LiveState::waiting), "waiting");
  EXPECT_EQ(word_of(LiveState::connecting), "connecting");
  EXPECT_EQ(word_of(LiveState::open), "open");
}

}  // namespace
}  // namespace icure::sync
