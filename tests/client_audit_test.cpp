// The audit log and the figures as icurectl shows them.
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;

class AuditTest : public support::Icurectl {};

nlohmann::json row(int seq) {
  return {{"seq", seq},           {"at", "2026-11-23T09:10:00.000Z"},
          {"uid", 1000},          {"program", "desk\x1b[2J"},
          {"actor", "u-9"},       {"actor_verified", false},
          {"method", "user.get"}, {"kind", "user"},
          {"id", "u-1"},          {"outcome", "ok"},
          {"count", 12},          {"hash", "00"}};
}

support::Reaction two_pages(const Json& request) {
  if (!request["params"].contains("since")) {
    return result_of(request, {{"rows", {row(1), row(2)}}, {"next", 2}});
  }
  return result_of(request, {{"rows", {row(3)}}});
}

TEST_F(AuditTest, ListsEntriesAndWhereTheyGoOn) {
  EXPECT_EQ(run({"audit", "list", "--limit", "2"}, two_pages), Exit::ok);
  EXPECT_NE(out.str().find("user u-1"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("u-9 (unverified)"), std::string::npos);
  EXPECT_NE(out.str().find("--since 2"), std::string::npos);
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST_F(AuditTest, ExportsAllAsLinesOfJson) {
  EXPECT_EQ(run({"audit", "list", "--json-lines"}, two_pages), Exit::ok);
  std::istringstream lines(out.str());
  int seq = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(nlohmann::json::parse(line)["seq"], ++seq);
  }
  EXPECT_EQ(seq, 3);
}

TEST_F(AuditTest, ABrokenChainIsAFailure) {
  EXPECT_EQ(run({"audit", "verify"},
                [](const Json& request) {
                  return result_of(request, {{"ok", false}, {"entries", 6}, {"broken_at", 7}});
                }),
            Exit::failed);
  EXPECT_NE(out.str().find("broken at entry 7"), std::string::npos) << out.str();
  EXPECT_EQ(run({"audit", "verify"},
                [](const Json& request) {
                  return result_of(request, {{"ok", true}, {"entries", 6}});
                }),
            Exit::ok);
}

TEST_F(AuditTest, MetricsArePrintedAsTheyAre) {
  EXPECT_EQ(run({"metrics"},
                [](const Json& request) {
                  return result_of(request, {{"text", "icure_syncd_online 1\n# EOF\n"}});
                }),
            Exit::ok);
  EXPECT_EQ(out.str(), "icure_syncd_online 1\n# EOF\n");
}

}  // namespace
}  // namespace icure::client
