// sync/keys/exchange_calls: what is asked of the platform about keys.
#include <gtest/gtest.h>

#include "sync/keys/exchange_calls.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_platform.h"

namespace icure::sync {
namespace {

class ExchangeCallsTest : public ::testing::Test {
 protected:
  ExchangeCallsTest() {
    http.answer = [this](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
      if (seen.target.find("/auth/") != std::string::npos) return platform_answer(seen);
      if (fault) return Fault{*fault, 0, "as the test wants"};
      return reply;
    };
  }

  template <class T>
  T finish(Task<T> task) {
    task.start();
    EXPECT_TRUE(task.done());
    return task.take();
  }
  auto page(const std::string& owner, const std::string& from) {
    return finish(calls.page_of(owner, from, stop.get_token()));
  }
  auto recovery(const std::string& id) { return finish(calls.recovery_data(id, stop.get_token())); }

  fakes::FakeClock clock;
  fakes::FakeHttp http;
  fakes::FakePlatform platform{http, clock};
  std::function<Answer<HttpReply>(const fakes::FakeHttp::Seen&)> platform_answer = http.answer;
  HttpReply reply = fakes::reply_of(200, "{}");
  std::optional<Cause> fault;
  Session session{http, clock, {"me", "", [] { return Result<Secret>(Secret("password")); }}};
  ExchangeCalls calls{session};
  std::stop_source stop;
};

TEST_F(ExchangeCallsTest, AsksForAPageOfWhatTheOwnerSharesAndForTheNextOne) {
  reply.body = R"({"rows":[{"id":"x1","rev":"1-a"}],"nextKeyPair":{"startKeyDocId":"x2"}})";
  const auto first = page("an owner", "");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->documents.at(0).id, "x1");
  EXPECT_EQ(first->next->start_id, "x2");
  EXPECT_EQ(http.seen.back().target,
            "/rest/v2/exchangedata/byParticipant?dataOwnerId=an%20owner&limit=200");
  ASSERT_TRUE(page("an owner", "x2"));
  EXPECT_TRUE(http.seen.back().target.ends_with("&startDocumentId=x2"));
}

TEST_F(ExchangeCallsTest, GivesARecoveryDocumentAsItCame) {
  reply.body = R"({"id":"r"})";
  EXPECT_EQ(*recovery("r/1"), reply.body);
  EXPECT_EQ(http.seen.back().target, "/rest/v2/recoverydata/r%2F1");
}

TEST_F(ExchangeCallsTest, PassesOnThatThereIsNoneAndEveryOtherFault) {
  reply = fakes::reply_of(404, "");
  EXPECT_EQ(recovery("r").error().status, 404);
  reply = fakes::reply_of(403, "");
  EXPECT_EQ(page("o", "").error().cause, Cause::permission);
  fault = Cause::connect;
  EXPECT_EQ(page("o", "").error().cause, Cause::connect);
}

}  // namespace
}  // namespace icure::sync
