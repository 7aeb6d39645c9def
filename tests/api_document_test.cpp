// What of a document leaves the program.
#include <gtest/gtest.h>

#include "daemon/api/document.h"

namespace icure::api {
namespace {

store::Row row(std::string json, std::vector<std::string> pending = {}) {
  return {"u1", "1-x", std::move(json), std::move(pending)};
}

ipc::Grant everything() {
  ipc::Grant grant;
  grant.allow_all(ipc::Role::admin);
  return grant;
}

TEST(Document, GoesOutByteByByteWhereNothingIsQueued) {
  const std::string json = "{ \"id\":\"u1\", \"x\" : 1.50 }\n";
  EXPECT_EQ(outward(everything(), Kind::user, row(json)), json);
}

TEST(Document, ListsTheItemsWhoseChangesItShows) {
  EXPECT_EQ(outward(everything(), Kind::user, row(R"({"id":"u1"})", {"i1", "i2"})),
            R"({"id":"u1","pending":["i1","i2"]})");
  EXPECT_EQ(outward(everything(), Kind::hcp, row("{ }\n", {"i1"})), R"({ "pending":["i1"]})");
  EXPECT_EQ(outward(everything(), Kind::user, row(R"({"pending":7,"id":"u1"})", {"i1"})),
            R"({"id":"u1","pending":["i1"]})")
      << "the platform's own member of that name gives way";
}

TEST(Document, ShowsWhatIsPendingToWhoMayNotSeeAllMembers) {
  ipc::Grant grant;
  ipc::AccessRule rule;
  rule.role = ipc::Role::reader;
  rule.fields[Kind::user] = {"id"};
  grant.add(rule);
  EXPECT_EQ(outward(grant, Kind::user, row(R"({"id":"u1","login":"a"})", {"i1"})),
            R"({"id":"u1","pending":["i1"]})");
}

TEST(Document, LeavesOutWhatNeverGoesOutAlsoOfAQueuedChange) {
  const auto shown = outward(
      everything(), Kind::user,
      row(R"({"id":"u1","passwordHash":"x","authenticationTokens":{"k":{"token":"t"}}})", {"i1"}));
  EXPECT_EQ(shown, R"({"id":"u1","authenticationTokens":{"k":{}},"pending":["i1"]})");
}

}  // namespace
}  // namespace icure::api
