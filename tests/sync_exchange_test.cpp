// sync/platform/curl_http.h: what is made of each answer, and of none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/scope.h"
#include "daemon/loop/system_clock.h"
#include "daemon/loop/timer.h"
#include "sync/platform/curl_http.h"
#include "tests/support/local_port.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using support::LocalPort;
using support::SameAnswerServer;
using testing::HasSubstr;
using testing::Not;

std::string answer(const std::string& headers, const std::string& body = "",
                   const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

/// Takes a body as the test says.
class Sink final : public BodySink {
 public:
  Taken take(std::string_view piece) override {
    if (says == Taken::all) text += piece;
    if (says == Taken::later && on_later) on_later();
    return says;
  }
  void go_on() {
    says = Taken::all;
    make_room();
  }
  Taken says = Taken::all;
  std::function<void()> on_later;
  std::string text;
};

class ExchangeTest : public ::testing::Test {
 public:
  ExchangeTest() {
    uv_loop_init(&loop);
    clock.emplace(loop);
    http.emplace(loop, *clock, options);
    request.max_body = 1 << 20;
  }
  ~ExchangeTest() override {
    http.reset();
    clock.reset();
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop), 0);
  }

 protected:
  Answer<HttpReply> ask(const std::string& url) {
    options.base_url = url;
    http->configure(options);
    auto sent = std::move(request);
    request = HttpRequest{};
    request.max_body = 1 << 20;
    auto task = http->send(std::move(sent), stop.get_token());
    task.start();
    while (!task.done()) uv_run(&loop, UV_RUN_ONCE);
    return task.take();
  }
  Answer<HttpReply> ask_one_that_says(const std::string& bytes) {
    SameAnswerServer server(bytes);
    auto reply = ask(server.url());
    seen = server.seen();
    return reply;
  }
  std::optional<Millis> wait_of(const std::string& headers) {
    return ask_one_that_says(answer(headers, "", "429 Wait"))->retry_after;
  }

  uv_loop_t loop{};
  CurlOptions options{"", "", "", Millis(5000), Millis(5000)};
  std::optional<loop::SystemClock> clock;
  std::optional<CurlHttp> http;
  HttpRequest request;
  std::stop_source stop;
  std::string seen;
};

TEST_F(ExchangeTest, GivesWhatTheAnswerTells) {
  const auto reply =
      ask_one_that_says(answer("Content-Type: application/json\r\n"
                               "Date: Fri, 27 Nov 2026 12:00:00 GMT\r\n"
                               "Icure-Minimum-Required-Auth-Level: 40\r\n",
                               "{}", "401 Unauthorized"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 401);
  EXPECT_EQ(reply->body, "{}");
  EXPECT_FALSE(reply->html);
  EXPECT_EQ(reply->date, WallTime(1'795'780'800s));
  EXPECT_EQ(reply->required_auth_level, 40);
  EXPECT_EQ(reply->retry_after, std::nullopt);
}

TEST_F(ExchangeTest, WhatIsNotToldIsAbsent) {
  const auto reply = ask_one_that_says(answer("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_TRUE(reply->html);
  EXPECT_EQ(reply->date, std::nullopt);
  EXPECT_EQ(reply->required_auth_level, std::nullopt);
}

TEST_F(ExchangeTest, ReadsHowLongToWaitInBothForms) {
  const std::string date = "Date: Fri, 27 Nov 2026 12:00:00 GMT\r\nRetry-After: ";
  EXPECT_EQ(wait_of("Retry-After: 30\r\n"), 30s);
  EXPECT_EQ(wait_of("Retry-After: 0\r\n"), 0s);
  EXPECT_EQ(wait_of("Retry-After: 999999999\r\n"), 24h);
  EXPECT_EQ(wait_of(date + "Fri, 27 Nov 2026 12:00:20 GMT\r\n"), 20s);
  EXPECT_EQ(wait_of(date + "Fri, 27 Nov 2026 11:59:00 GMT\r\n"), 0s);
  for (const auto* odd : {"-5", "soon", "30 s", ""}) {
    EXPECT_EQ(wait_of("Retry-After: " + std::string(odd) + "\r\n"), std::nullopt) << odd;
  }
}

TEST_F(ExchangeTest, TakesABodyUpToItsBoundAndNoMore) {
  const auto large = std::string(300'000, 'a') + "z";
  request.max_body = large.size();
  EXPECT_EQ(ask_one_that_says(answer("", large))->body, large);
  request.max_body = large.size() - 1;
  const auto refused = ask_one_that_says(answer("", large));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::oversized);
  EXPECT_TRUE(refused.error().went_out);
}

TEST_F(ExchangeTest, ABodyGoesIntoItsSinkIfTheAnswerIsASuccess) {
  const auto large = std::string(300'000, 'a') + "z";
  Sink sink;
  request.sink = &sink;
  EXPECT_EQ(ask_one_that_says(answer("", large))->body, "");
  EXPECT_EQ(sink.text, large);
  request.sink = &sink;
  EXPECT_EQ(ask_one_that_says(answer("", "no", "500 No"))->body, "no");
  EXPECT_EQ(sink.text, large);
}

TEST_F(ExchangeTest, RestsWhileItsSinkHasNoRoomAndEndsWhereItRefuses) {
  Sink sink;
  loop::Timer later(loop);
  sink.says = BodySink::Taken::later;
  sink.on_later = [&] { later.start(0ms, [&] { sink.go_on(); }); };
  request.sink = &sink;
  ASSERT_TRUE(ask_one_that_says(answer("", "body")));
  EXPECT_EQ(sink.text, "body");
  sink.says = BodySink::Taken::refused;
  request.sink = &sink;
  EXPECT_EQ(ask_one_that_says(answer("", "body")).error().cause, Cause::bad_answer);
}

TEST_F(ExchangeTest, SendsWhatItIsGivenAndNoMore) {
  request.target = "/x?y=1";
  request.bearer = Secret(std::string_view("a.b.c"));
  ASSERT_TRUE(ask_one_that_says(answer("")));
  EXPECT_THAT(seen, HasSubstr("GET /x?y=1 HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nAuthorization: Bearer a.b.c\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nAccept: application/json\r\n"));
  for (const auto* absent : {"Content-", "Expect", "token:", "Refresh-Token", "Basic", "gzip"}) {
    EXPECT_THAT(seen, Not(HasSubstr(absent)));
  }
  request.method = "DELETE";
  request.refresh_token = Secret(std::string_view("d.e.f"));
  ASSERT_TRUE(ask_one_that_says(answer("")));
  EXPECT_THAT(seen, HasSubstr("DELETE / HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nRefresh-Token: d.e.f\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(seen, Not(HasSubstr("Bearer")));
  request.method = "PUT";
  request.body = R"({"a":1})";
  ASSERT_TRUE(ask_one_that_says(answer("")));
  EXPECT_THAT(seen, HasSubstr("\r\nContent-Length: 7\r\n"));
}

TEST_F(ExchangeTest, TellsWhyThereIsNoAnswer) {
  EXPECT_EQ(ask_one_that_says("This is no HTTP.\n").error().cause, Cause::bad_answer);
  const auto cut_off = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  ASSERT_FALSE(cut_off);
  EXPECT_TRUE(cut_off.error().went_out);
  const LocalPort nobody;
  EXPECT_EQ(ask(nobody.url).error().cause, Cause::connect);
  options.proxy = nobody.url;
  EXPECT_EQ(ask("http://127.0.0.1:1").error().cause, Cause::proxy);
  SameAnswerServer proxy(answer("", "", "407 No"));
  options.proxy = proxy.url();
  EXPECT_EQ(ask("https://127.0.0.1:1").error().cause, Cause::proxy) << "it refuses the tunnel";
}

TEST_F(ExchangeTest, GivesUpAfterItsTimeOrWhenItIsStopped) {
  SameAnswerServer silent("");
  request.timeout = 20ms;
  const auto late = ask(silent.url());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().cause, Cause::timeout);
  EXPECT_TRUE(late.error().went_out);
  loop::Timer soon(loop);
  soon.start(5ms, [this] { stop.request_stop(); });
  EXPECT_EQ(ask(silent.url()).error().cause, Cause::stopping);
  EXPECT_EQ(ask(silent.url()).error().cause, Cause::stopping) << "at once";
}

}  // namespace
}  // namespace icure::sync
