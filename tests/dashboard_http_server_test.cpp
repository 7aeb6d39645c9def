// HTTP on loopback: a request as the handler gets it, and its answer as it is sent.
#include <gmock/gmock.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "ipc/client/dashboard/http_server.h"
#include "tests/support/browser.h"

namespace icure::dashboard {
namespace {

using support::Browser;
using support::fetch;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  /// Starts it; a handler gives the answer, and what it got is kept.
  void serve(std::function<Answer(const Request&)> handler = {}) {
    const auto bound = server.bind(0);
    ASSERT_TRUE(bound);
    port = *bound;
    ASSERT_TRUE(server.start([this, handler](const Request& request) {
      {
        std::lock_guard lock(mutex);
        got = request;
      }
      return handler ? handler(request) : Answer{.body = "well"};
    }));
  }

  std::mutex mutex;
  Request got;
  std::uint16_t port = 0;
  HttpServer server;  // ends before what its threads use
};

TEST_F(HttpServerTest, ARequestArrivesWithAllOfIt) {
  serve();
  const auto answer =
      fetch(port, "POST /call?a=1%20x&b", "X-One: first\r\nX-Two: 2\r\nX-ONE: again\r\n", "a body");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nwell"));
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.path, "/call");
  EXPECT_EQ(got.argument("a"), "1 x");
  EXPECT_TRUE(got.query.contains("b"));
  EXPECT_EQ(got.header("host"), "127.0.0.1:" + std::to_string(port));
  EXPECT_EQ(got.header("x-one"), "first, again") << "of two headers neither is believed";
  EXPECT_EQ(got.header("x-two"), "2");
  EXPECT_EQ(got.body, "a body");
  EXPECT_FALSE(got.too_long);
}

TEST_F(HttpServerTest, ARequestWithoutABodyHasNone) {
  serve();
  fetch(port, "GET /");
  EXPECT_EQ(got.method, "GET");
  EXPECT_EQ(got.body, "");
  EXPECT_FALSE(got.too_long);
}

TEST_F(HttpServerTest, AnAnswerHasItsStatusTypeAndHeaders) {
  serve([](const Request&) {
    return Answer{.status = 403, .type = "text/x", .body = "no", .headers = {{"X-A", "b"}}};
  });
  const auto answer = fetch(port, "GET /");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/x\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-A: b\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nno"));
}

TEST_F(HttpServerTest, ABodyIsReadUpToALimitAndNoFurther) {
  serve();
  constexpr std::size_t kMost = 64U << 10;
  fetch(port, "POST /", "", std::string(kMost, 'x'));
  EXPECT_EQ(got.body.size(), kMost);
  EXPECT_FALSE(got.too_long);
  fetch(port, "POST /", "", std::string(kMost + 1, 'x'));
  EXPECT_EQ(got.body, "");
  EXPECT_TRUE(got.too_long);
  fetch(port, "POST /", "", std::string(kMost * 4, 'x'));
  EXPECT_EQ(got.body, "") << "nor what comes after the limit";
  EXPECT_TRUE(got.too_long);
}

TEST_F(HttpServerTest, OneConnectionMayAskAgain) {
  int times = 0;
  serve([&times](const Request& request) {
    return Answer{.body = request.path + " " + std::to_string(++times)};
  });
  Browser browser(port);
  browser.send("GET /a");
  EXPECT_THAT(browser.until("/a 1"), EndsWith("/a 1"));
  browser.send("GET /b");
  EXPECT_THAT(browser.until("/b 2"), EndsWith("/b 2"));
}

/// Gives pieces out one after the other, and tells when it is gone.
class Pieces final : public Stream {
 public:
  Pieces(std::deque<std::string> pieces, bool& gone) : pieces_(std::move(pieces)), gone_(gone) {}
  ~Pieces() override { gone_ = true; }
  std::string next() override {
    if (pieces_.empty()) return {};
    auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

 private:
  std::deque<std::string> pieces_;
  bool& gone_;
};

TEST_F(HttpServerTest, AStreamIsSentPieceByPieceUpToItsEnd) {
  bool gone = false;
  const std::string large(40'000, 'Z');  // more than is sent at once
  serve([&](const Request&) {
    return Answer{
        .stream = std::make_unique<Pieces>(std::deque<std::string>{"one ", large, " two"}, gone)};
  });
  const auto answer = fetch(port, "GET /");
  EXPECT_THAT(answer, HasSubstr("one "));
  EXPECT_THAT(answer, HasSubstr(" two"));
  EXPECT_EQ(std::count(answer.begin(), answer.end(), 'Z'), 40'000);
  EXPECT_TRUE(gone);
}

TEST_F(HttpServerTest, APortThatIsTakenCannotBeHad) {
  serve();
  HttpServer second;
  EXPECT_FALSE(second.bind(port));
}

TEST_F(HttpServerTest, APortIsGivenBackAtTheEnd) {
  std::uint16_t given = 0;
  {
    HttpServer unstarted;
    given = unstarted.bind(0).value();
  }
  EXPECT_FALSE(Browser(given).is_connected());
  {
    HttpServer started;
    given = started.bind(0).value();
    EXPECT_TRUE(started.start([](const Request&) { return Answer{}; }));
    EXPECT_TRUE(Browser(given).is_connected());
  }
  EXPECT_FALSE(Browser(given).is_connected());
}

}  // namespace
}  // namespace icure::dashboard
