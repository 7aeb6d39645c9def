// daemon/api/event_text.h: how an event goes out, and who is told of it.
#include <gtest/gtest.h>

#include "daemon/api/event_text.h"

namespace icure::api {
namespace {

using store::Topic;

ipc::Grant grant_of(ipc::Role role, std::optional<std::vector<Kind>> kinds = std::nullopt) {
  ipc::AccessRule rule;
  rule.role = role;
  rule.kinds = std::move(kinds);
  ipc::Grant grant;
  grant.add(rule);
  return grant;
}

store::Event event_of(Topic topic, std::optional<Kind> kind = std::nullopt) {
  store::Event event;
  event.seq = 7;
  event.topics.set(static_cast<std::size_t>(topic));
  event.change = "changed";
  event.kind = kind;
  event.id = "a";
  return event;
}

const store::TopicSet kAll = store::TopicSet().set();

TEST(EventTextTest, HasTheMembersThatThereAre) {
  auto event = event_of(Topic::owner, Kind::patient);
  event.rev = "1-\"x";
  EXPECT_EQ(event_text(event),
            R"("seq":7,"topic":"owner","change":"changed","kind":"patient","id":"a",)"
            R"("rev":"1-\"x","at":"1970-01-01T00:00:00.000Z"})");
  event = event_of(Topic::sync);
  EXPECT_EQ(event_text(event), R"("seq":7,"topic":"sync","change":"changed","id":"a",)"
                               R"("at":"1970-01-01T00:00:00.000Z"})");
  event.gap = true;
  EXPECT_EQ(event_text(event), R"("seq":7,"topic":"gap"})");
}

TEST(EventTextTest, WhoseKindsDoNotShowItIsNotTold) {
  const auto users_only = grant_of(ipc::Role::reader, std::vector{Kind::user});
  EXPECT_TRUE(is_for(users_only, kAll, event_of(Topic::user, Kind::user)));
  EXPECT_FALSE(is_for(users_only, kAll, event_of(Topic::owner, Kind::patient)));
  EXPECT_FALSE(is_for(users_only, kAll, event_of(Topic::invite, Kind::patient)));
  EXPECT_FALSE(is_for(users_only, kAll, event_of(Topic::sync, Kind::patient)));
  EXPECT_TRUE(is_for(users_only, kAll, event_of(Topic::sync)));
  EXPECT_FALSE(may_hear(users_only, Topic::owner));
  const auto hcps_only = grant_of(ipc::Role::reader, std::vector{Kind::hcp});
  EXPECT_TRUE(may_hear(hcps_only, Topic::owner));
  EXPECT_FALSE(is_for(hcps_only, kAll, event_of(Topic::owner, Kind::patient)));
}

TEST(EventTextTest, TheOutboxIsForOperatorsAndNothingIsForNobody) {
  const auto queued = event_of(Topic::outbox, Kind::user);
  EXPECT_FALSE(is_for(grant_of(ipc::Role::reader), kAll, queued));
  EXPECT_TRUE(is_for(grant_of(ipc::Role::operator_), kAll, queued));
  for (std::size_t each = 0; each < store::kTopics; ++each) {
    EXPECT_FALSE(is_for(ipc::Grant(), kAll, event_of(static_cast<Topic>(each))));
  }
}

TEST(EventTextTest, OnlyWantedTopicsAndTheGapsInThem) {
  store::TopicSet wanted;
  wanted.set(static_cast<std::size_t>(Topic::sync));
  const auto reader = grant_of(ipc::Role::reader);
  EXPECT_FALSE(is_for(reader, wanted, event_of(Topic::daemon)));
  store::Event gap;
  gap.gap = true;
  gap.topics.set(static_cast<std::size_t>(Topic::user));
  EXPECT_FALSE(is_for(reader, wanted, gap));
  gap.topics.set();
  EXPECT_TRUE(is_for(reader, wanted, gap));
}

}  // namespace
}  // namespace icure::api
