// Who may come into the dashboard, and what leads nowhere.
#include <gtest/gtest.h>

#include "ipc/client/dashboard/gate.h"
#include "tests/fakes/seeded_random.h"

namespace icure::dashboard {
namespace {

class GateTest : public testing::Test {
 protected:
  Request with_token(const std::string& token) const {
    Request request{.method = "GET", .path = "/"};
    request.headers["host"] = "127.0.0.1:4711";
    request.query["token"] = token;
    return request;
  }
  std::string token() const { return gate_.link().substr(gate_.link().find('=') + 1); }

  /// What the page sends after the first visit.
  Request call() {
    const auto admitted = gate_.admit(with_token(token()));
    EXPECT_EQ(admitted.status, 303U);
    const auto& location = admitted.headers[0].second;
    const auto& cookie = admitted.headers[1].second;
    Request request{.method = "POST", .path = "/call"};
    request.headers = {{"host", "127.0.0.1:4711"},
                       {"origin", "http://127.0.0.1:4711"},
                       {"cookie", "a=b; " + cookie.substr(0, cookie.find(';'))},
                       {"x-dashboard-key", location.substr(location.find('#') + 1)}};
    return request;
  }

  fakes::SeededRandom random_{7};
  Gate gate_{4711, random_};
};

TEST_F(GateTest, NothingIsOpenBeforeTheFirstVisit) {
  Request request{.method = "GET", .path = "/"};
  request.headers = {{"host", "127.0.0.1:4711"}, {"cookie", "icure-dashboard-4711="}};
  EXPECT_TRUE(gate_.refuses_page(request));
  EXPECT_EQ(gate_.admit(with_token("")).status, 403U);
  EXPECT_EQ(gate_.admit(with_token(token() + "0")).status, 403U);
}

TEST_F(GateTest, TheTokenOpensOnceUnderOurOwnNames) {
  auto elsewhere = with_token(token());
  elsewhere.headers["host"] = "127.0.0.1.evil.test:4711";
  EXPECT_EQ(gate_.admit(elsewhere).status, 403U);
  auto localhost = with_token(token());
  localhost.headers["host"] = "localhost:4711";
  EXPECT_EQ(gate_.admit(localhost).status, 303U);
  EXPECT_EQ(gate_.admit(with_token(token())).status, 403U);
}

TEST_F(GateTest, ScriptsNeedCookieKeyAndOrigin) {
  const auto good = call();
  EXPECT_EQ(gate_.refuses_script(good), std::nullopt);
  EXPECT_EQ(gate_.refuses_page(good), std::nullopt);
  for (const auto* header : {"host", "origin", "cookie", "x-dashboard-key"}) {
    auto without = good;
    without.headers.erase(header);
    EXPECT_TRUE(gate_.refuses_script(without)) << header;
    auto twice = good;
    twice.headers[header] += ", " + good.headers.at(header);
    EXPECT_EQ(gate_.refuses_script(twice).has_value(), true) << header;
  }
}

TEST_F(GateTest, WhatBrowsersSayOfWhereARequestComesFromIsHeeded) {
  auto request = call();
  request.headers["sec-fetch-site"] = "same-origin";
  EXPECT_EQ(gate_.refuses_script(request), std::nullopt);
  request.headers["sec-fetch-site"] = "same-site";  // another port of this host
  EXPECT_TRUE(gate_.refuses_script(request));
  request.headers["sec-fetch-dest"] = "iframe";
  EXPECT_TRUE(gate_.refuses_page(request));
}

TEST_F(GateTest, ACookieIsFoundByItsWholeName) {
  auto request = call();
  const auto cookie = request.headers["cookie"].substr(5);
  for (const std::string& wrong :
       std::vector<std::string>{"x" + cookie, cookie + "0", "icure-dashboard-4711", ";;=;", ""}) {
    request.headers["cookie"] = wrong;
    EXPECT_TRUE(gate_.refuses_page(request)) << wrong;
  }
  request.headers["cookie"] = cookie + ";x=y";
  EXPECT_EQ(gate_.refuses_page(request), std::nullopt);
}

}  // namespace
}  // namespace icure::dashboard
