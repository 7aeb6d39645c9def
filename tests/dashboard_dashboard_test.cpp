// Which path leads where, and what stands in every answer.
#include "ipc/client/dashboard/dashboard.h"

#include <gmock/gmock.h>

#include <map>

#include "tests/fakes/seeded_random.h"
#include "tests/support/fake_daemon.h"

namespace icure::dashboard {
namespace {

using nlohmann::json;
using support::result_of;
using testing::HasSubstr;
using testing::Not;

class DashboardTest : public testing::Test {
 protected:
  DashboardTest() { open_.headers["host"] = "127.0.0.1:4711"; }

  /// What the browser has after the first visit.
  void open() {
    auto first = open_;
    const auto link = gate_.link();
    first.query["token"] = link.substr(link.find('=') + 1);
    const auto admitted = dashboard_.answer(first);
    ASSERT_EQ(admitted.status, 303u);
    for (const auto& [name, value] : admitted.headers) {
      if (name == "Location") key_ = value.substr(value.find('#') + 1);
      if (name == "Set-Cookie") open_.headers["cookie"] = value.substr(0, value.find(';'));
    }
  }
  Request get(const std::string& path) const {
    auto request = open_;
    request.path = path;
    request.query["key"] = key_;
    return request;
  }
  Request post(const std::string& path, const std::string& body) const {
    auto request = open_;
    request.method = "POST";
    request.path = path;
    request.body = body;
    request.headers["origin"] = "http://127.0.0.1:4711";
    request.headers["x-dashboard-key"] = key_;
    return request;
  }
  static std::map<std::string, std::string> headers(const Answer& answer) {
    return {answer.headers.begin(), answer.headers.end()};
  }

  support::FakeDaemon daemon_{[](const json& request) {
    return result_of(request, {{"state", "online"}, {"subscription", "1"}, {"seq", 1}});
  }};
  fakes::SeededRandom random_{7};
  Gate gate_{4711, random_};
  Activity activity_;
  Dashboard dashboard_{[this] {
                         client::Options options;
                         options.socket = daemon_.path();
                         return options;
                       }(),
                       gate_, activity_, random_};
  Request open_{.method = "GET", .path = "/"};
  std::string key_;
};

TEST_F(DashboardTest, ShowsThePageToWhoHasASession) {
  EXPECT_EQ(dashboard_.answer(open_).status, 403u);
  open();
  const auto page = dashboard_.answer(open_);
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("</html>"));
  EXPECT_THAT(page.body, Not(HasSubstr("@NONCE@")));
}

TEST_F(DashboardTest, EachPageRunsItsOwnScriptsOnly) {
  open();
  const auto nonce_of = [](const Answer& page) {
    const auto policy = headers(page)["Content-Security-Policy"];
    const auto from = policy.find("script-src 'nonce-") + 18;
    return policy.substr(from, policy.find('\'', from) - from);
  };
  const auto page = dashboard_.answer(open_);
  const auto nonce = nonce_of(page);
  EXPECT_EQ(nonce.size(), 32u);
  EXPECT_THAT(page.body, HasSubstr("<script nonce=\"" + nonce + "\""));
  EXPECT_THAT(page.body, HasSubstr("<style nonce=\"" + nonce + "\""));
  EXPECT_NE(nonce_of(dashboard_.answer(open_)), nonce);
}

TEST_F(DashboardTest, NothingIsKeptOrShownElsewhere) {
  open();
  for (const auto& request :
       {open_, post("/call", "{}"), get("/none"), Request{.method = "PUT", .path = "/"}}) {
    auto found = headers(dashboard_.answer(request));
    EXPECT_EQ(found["Cache-Control"], "no-store");
    EXPECT_EQ(found["X-Content-Type-Options"], "nosniff");
    EXPECT_EQ(found["Referrer-Policy"], "no-referrer");
    EXPECT_EQ(found["Cross-Origin-Opener-Policy"], "same-origin");
    EXPECT_EQ(found["Cross-Origin-Resource-Policy"], "same-origin");
  }
}

TEST_F(DashboardTest, ACallIsPassedOn) {
  open();
  const auto answer = dashboard_.answer(post("/call", R"({"method":"daemon.status"})"));
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(json::parse(answer.body)["result"]["state"], "online");
}

TEST_F(DashboardTest, AStrangerReachesNoDaemon) {
  EXPECT_EQ(dashboard_.answer(post("/call", R"({"method":"daemon.status"})")).status, 403u);
  EXPECT_EQ(dashboard_.answer(get("/events")).status, 403u);
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST_F(DashboardTest, ABodyThatIsTooLongIsNotRead) {
  open();
  auto request = post("/call", R"({"method":"daemon.status"})");
  request.too_long = true;
  const auto answer = dashboard_.answer(request);
  EXPECT_EQ(answer.status, 403u);
  EXPECT_EQ(answer.body, "This is too much.");
}

TEST_F(DashboardTest, OtherPathsAndMethodsLeadNowhere) {
  open();
  for (const auto& request : {get("/call"), get("/none"), post("/", "{}"), post("/events", "{}"),
                              post("/none", R"({"method":"daemon.status"})")}) {
    const auto answer = dashboard_.answer(request);
    EXPECT_EQ(answer.status, 403u) << request.method << ' ' << request.path;
    EXPECT_EQ(answer.body, "There is nothing here.") << request.method << ' ' << request.path;
  }
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST_F(DashboardTest, EventsAreAStream) {
  open();
  const auto answer = dashboard_.answer(get("/events"));
  EXPECT_EQ(answer.type, "text/event-stream");
  ASSERT_TRUE(answer.stream);
  EXPECT_EQ(answer.stream->next(), "event: up\ndata: {}\n\n");
}

TEST_F(DashboardTest, OnlyWhoIsLetInKeepsItOpen) {
  const auto before = activity_.last();
  dashboard_.answer(open_);
  EXPECT_EQ(activity_.last(), before);
  open();
  EXPECT_GT(activity_.last(), before);
}

}  // namespace
}  // namespace icure::dashboard
