// sync/gateway.h: messages are handed over once, to whom and as whom was said, and what failed is
// told apart by what may have gone out.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/gateway.h"
#include "tests/fakes/fake_http.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    http.answer = [this](const auto&) -> Answer<HttpReply> {
      if (fault) return *fault;
      return reply;
    };
    gateway.configure(GatewayAccount{"spec 42", {"me", "", [this] { return password(); }}});
  }
  Result<Secret> password() const {
    if (!readable) return Error{Code::io, "no such file"};
    return Secret("pass:word");
  }

  Answer<Done> finish(Task<Answer<Done>> task) {
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  Answer<Done> email() {
    return finish(gateway.send_email("anna+1@mail.test", "dr.vega@clinic.test",
                                     {"Welcome", "<p>Code: 123</p>"}, stop.get_token()));
  }
  Answer<Done> sms() {
    return finish(gateway.send_sms("+32475123456", {"Code: 123"}, stop.get_token()));
  }
  /// What comes of an answer with that status.
  Fault refusal(int status) {
    reply = fakes::reply_of(status, "");
    auto sent = email();
    EXPECT_FALSE(sent) << status;
    return sent ? Fault{} : sent.error();
  }

  fakes::FakeHttp http;
  HttpReply reply = fakes::reply_of(200, "");
  std::optional<Fault> fault;
  bool readable = true;
  Gateway gateway{http};
  std::stop_source stop;
};

TEST_F(GatewayTest, HandsAnEmailOver) {
  ASSERT_TRUE(email());
  ASSERT_EQ(http.seen.size(), 1u);
  const auto& seen = http.seen[0];
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/spec%2042/email/to/anna+1@mail.test");
  EXPECT_EQ(Json::parse(seen.body), (Json{{"from", "dr.vega@clinic.test"},
                                          {"subject", "Welcome"},
                                          {"html", "<p>Code: 123</p>"}}));
  EXPECT_EQ(seen.basic, "bWU6cGFzczp3b3Jk") << "me:pass:word";
  EXPECT_TRUE(seen.bearer.empty());
}

TEST_F(GatewayTest, HandsATextMessageOver) {
  reply.status = 202;
  ASSERT_TRUE(sms());
  EXPECT_EQ(http.seen[0].target, "/spec%2042/sms/to/+32475123456");
  EXPECT_EQ(Json::parse(http.seen[0].body), (Json{{"message", "Code: 123"}}));
}

TEST_F(GatewayTest, TellsRefusalsApart) {
  EXPECT_EQ(refusal(401).cause, Cause::auth);
  EXPECT_EQ(refusal(403).cause, Cause::auth);
  EXPECT_EQ(refusal(429).cause, Cause::rate_limited);
  EXPECT_EQ(refusal(400).cause, Cause::refused);
  EXPECT_EQ(refusal(499).cause, Cause::refused);
  EXPECT_EQ(refusal(500).cause, Cause::server);
  EXPECT_EQ(refusal(500).status, 500);
  EXPECT_EQ(refusal(302).cause, Cause::server);
  EXPECT_EQ(refusal(199).cause, Cause::server);
}

// It must not be sent a second time by itself.
TEST_F(GatewayTest, BehindAFrontDoorThatLostTheAnswerItMayHaveGoneOut) {
  EXPECT_TRUE(refusal(502).went_out);
  EXPECT_TRUE(refusal(504).went_out);
  EXPECT_FALSE(refusal(503).went_out);
  EXPECT_FALSE(refusal(400).went_out);
  fault = Fault{Cause::timeout, 0, "no answer"};
  fault->went_out = true;
  EXPECT_TRUE(email().error().went_out);
}

TEST_F(GatewayTest, AWebPageHasSentNothing) {
  reply.html = true;
  EXPECT_FALSE(email());
}

TEST_F(GatewayTest, SaysHowLongToWait) {
  EXPECT_EQ(refusal(429).retry_after, std::nullopt);
  reply = fakes::reply_of(429, "");
  reply.retry_after = 30s;
  EXPECT_EQ(email().error().retry_after, 30s);
}

TEST_F(GatewayTest, WithoutAPasswordNobodyIsAsked) {
  readable = false;
  EXPECT_EQ(sms().error().cause, Cause::auth);
  EXPECT_TRUE(http.seen.empty());
}

}  // namespace
}  // namespace icure::sync
