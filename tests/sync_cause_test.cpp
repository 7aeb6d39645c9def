// sync/cause.h and sync/reply_cause.h: what an answer means for the line, and for who asked.
#include <gtest/gtest.h>

#include "sync/reply_cause.h"
#include "sync/url.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

Cause cause_of_status(int status, bool html = false) {
  HttpReply reply;
  reply.status = status;
  reply.html = html;
  return cause_of(reply, Cause::auth);
}

TEST(ReplyCauseTest, EachStatusHasItsMeaning) {
  EXPECT_EQ(cause_of_status(401), Cause::auth);
  EXPECT_EQ(cause_of_status(402), Cause::permission);
  EXPECT_EQ(cause_of_status(403), Cause::permission);
  EXPECT_EQ(cause_of_status(404), Cause::refused);
  EXPECT_EQ(cause_of_status(400), Cause::refused);
  EXPECT_EQ(cause_of_status(407), Cause::proxy);
  EXPECT_EQ(cause_of_status(429), Cause::rate_limited);
  EXPECT_EQ(cause_of_status(500), Cause::server);
  EXPECT_EQ(cause_of_status(503), Cause::server);
  EXPECT_EQ(cause_of_status(511), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(300), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(399), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(299), Cause::bad_answer);
}

TEST(ReplyCauseTest, AWebPageIsSomebodyElsesUnlessTheServerFailed) {
  EXPECT_EQ(cause_of_status(200, true), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(403, true), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(499, true), Cause::captive_portal);
  EXPECT_EQ(cause_of_status(500, true), Cause::server);
  EXPECT_EQ(cause_of_status(502, true), Cause::server);
}

TEST(CauseTest, OnlyWhatConcernsOneRequestLeavesTheOthersGoingOn) {
  for (const auto cause :
       {Cause::permission, Cause::bad_answer, Cause::oversized, Cause::refused}) {
    EXPECT_FALSE(ends_run(cause)) << word_of(cause);
  }
  for (const auto cause : {Cause::no_route, Cause::auth, Cause::rate_limited, Cause::server,
                           Cause::disk, Cause::stopping}) {
    EXPECT_TRUE(ends_run(cause)) << word_of(cause);
  }
}

TEST(CauseTest, ACallerIsToldWhoseMatterItIs) {
  EXPECT_EQ(error_of(Fault{Cause::no_route}).code, Code::offline);
  EXPECT_EQ(error_of(Fault{Cause::server}).code, Code::offline);
  EXPECT_EQ(error_of(Fault{Cause::permission}).code, Code::blocked);
  EXPECT_EQ(error_of(Fault{Cause::disk}).code, Code::read_only);
  EXPECT_EQ(error_of(Fault{Cause::store}).code, Code::internal);
  const auto wait = error_of(Fault{Cause::rate_limited, 429, "", 30s});
  EXPECT_EQ(wait.retry_after, 30s);
  EXPECT_EQ(wait.message, explain(Cause::rate_limited).text);
  EXPECT_EQ(wait.hint, explain(Cause::rate_limited).hint);
}

TEST(CauseTest, WhatFailsInTheStoreIsNoMatterOfTheLine) {
  EXPECT_EQ(fault_of({Code::read_only, "full"}).cause, Cause::disk);
  EXPECT_EQ(fault_of({Code::cancelled, "stop"}).cause, Cause::stopping);
  EXPECT_EQ(fault_of({Code::io, "broken"}).cause, Cause::store);
  EXPECT_EQ(fault_of({Code::io, "broken"}).message, "broken");
}

TEST(UrlTest, NothingInATextEndsItsPlaceInATarget) {
  EXPECT_EQ(percent_encoded("aZ09-_.~"), "aZ09-_.~");
  EXPECT_EQ(percent_encoded("a/b?c&d=e#f %+"), "a%2Fb%3Fc%26d%3De%23f%20%25%2B");
  EXPECT_EQ(percent_encoded("é\n"), "%C3%A9%0A");
  EXPECT_EQ(percent_encoded("a+b@c/d", "@+"), "a+b@c%2Fd");
}

}  // namespace
}  // namespace icure::sync
