// sync/write/explain.h and refusal.h: every answer has a meaning, every refusal a sentence that a
// receptionist understands, and one action that helps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sync/write/explain.h"

namespace icure::sync::write {
namespace {

using ::testing::HasSubstr;

std::vector<Verdict> all_verdicts() {
  std::vector<Verdict> all;
  for (int i = 0; i <= static_cast<int>(Refusal::gave_up); ++i) {
    all.push_back(verdict_on(static_cast<Refusal>(i)));
  }
  return all;
}

TEST(RefusalTest, HasWordsOfItsOwnForEachRow) {
  std::set<std::string_view> words;
  std::set<std::string_view> texts;
  for (const auto& verdict : all_verdicts()) {
    SCOPED_TRACE(verdict.word);
    EXPECT_EQ(verdict_on(verdict.refusal).word, verdict.word);
    EXPECT_TRUE(words.insert(verdict.word).second);
    EXPECT_TRUE(texts.insert(verdict.text).second);
    EXPECT_GE(verdict.text.size(), 10u);
    EXPECT_LE(verdict.text.size(), 100u);
    EXPECT_GE(verdict.hint.size(), 10u);
    // Words of programmers.
    for (const auto* jargon : {"HTTP", "JSON", "null", "401", "403", "409", "JWT", "PUT"}) {
      EXPECT_EQ(verdict.text.find(jargon), std::string_view::npos);
      EXPECT_EQ(verdict.hint.find(jargon), std::string_view::npos);
    }
  }
}

TEST(RefusalTest, SaysWhatBecomesOfEach) {
  std::set<Refusal> retried;
  std::set<Refusal> failed;
  for (const auto& verdict : all_verdicts()) {
    if (verdict.next == Next::retry) retried.insert(verdict.refusal);
    if (verdict.next == Next::failed) failed.insert(verdict.refusal);
  }
  EXPECT_EQ(retried, (std::set{Refusal::login, Refusal::no_answer, Refusal::too_many,
                               Refusal::platform_fault, Refusal::gateway_fault}));
  EXPECT_EQ(failed, (std::set{Refusal::deceased, Refusal::inactive, Refusal::merged,
                              Refusal::deleted, Refusal::not_a_person, Refusal::unreadable,
                              Refusal::has_user, Refusal::gone, Refusal::id_taken,
                              Refusal::already_invited, Refusal::too_late, Refusal::gave_up}));
}

TEST(RefusalTest, NamesTheOneActionThatHelps) {
  const auto hint = [](Refusal refusal) { return std::string(verdict_on(refusal).hint); };
  EXPECT_THAT(hint(Refusal::no_contact), HasSubstr("add a home or work e-mail address"));
  EXPECT_THAT(hint(Refusal::contact_encrypted), HasSubstr("give the e-mail address"));
  EXPECT_THAT(hint(Refusal::bad_email), HasSubstr("correct the e-mail address"));
  EXPECT_THAT(hint(Refusal::bad_phone), HasSubstr("with its country code"));
  EXPECT_THAT(hint(Refusal::no_country_code), HasSubstr("[invite] country_code"));
  EXPECT_THAT(hint(Refusal::sms_not_allowed), HasSubstr("[invite] sms = true"));
  EXPECT_THAT(hint(Refusal::inviter_without_email), HasSubstr("the professional's record"));
  EXPECT_THAT(hint(Refusal::has_user), HasSubstr("enable it"));
  EXPECT_THAT(hint(Refusal::no_gateway), HasSubstr("[gateway] url and spec_id"));
  EXPECT_THAT(hint(Refusal::contact_taken), HasSubstr("use another address"));
  EXPECT_THAT(hint(Refusal::no_permission), HasSubstr("give that user the right"));
  EXPECT_THAT(hint(Refusal::quota), HasSubstr("extend the subscription"));
  EXPECT_THAT(hint(Refusal::auth_level), HasSubstr("a password instead of a long-lived token"));
  EXPECT_THAT(hint(Refusal::gateway_refuses), HasSubstr("check the address"));
  EXPECT_THAT(hint(Refusal::conflict), HasSubstr("compare both versions"));
}

struct Row {
  WriteStep step;
  int status;
  Refusal refusal;
};

TEST(ExplainTest, KnowsWhatEachAnswerMeansAtEachStep) {
  using Step = WriteStep;
  const std::vector<Row> rows = {
      {Step::check, 401, Refusal::login},
      {Step::check, 403, Refusal::no_permission},
      {Step::check, 404, Refusal::other},
      {Step::create, 400, Refusal::invalid},
      {Step::create, 401, Refusal::login},
      {Step::create, 402, Refusal::quota},
      {Step::create, 403, Refusal::no_permission},
      {Step::create, 404, Refusal::other},
      {Step::create, 409, Refusal::id_taken},
      {Step::create, 413, Refusal::invalid},
      {Step::create, 422, Refusal::invalid},
      {Step::read, 403, Refusal::no_permission},
      {Step::read, 404, Refusal::gone},
      {Step::update, 400, Refusal::invalid},
      {Step::update, 402, Refusal::quota},
      {Step::update, 403, Refusal::no_permission},
      {Step::update, 404, Refusal::gone},
      {Step::update, 406, Refusal::invalid},
      {Step::update, 409, Refusal::conflict},
      {Step::update, 418, Refusal::other},
      {Step::remove, 403, Refusal::no_permission},
      {Step::remove, 404, Refusal::gone},
      {Step::remove, 409, Refusal::conflict},
      {Step::login, 401, Refusal::login},
      {Step::login, 403, Refusal::login},
      {Step::login, 412, Refusal::login},
      {Step::login, 417, Refusal::login},
      {Step::login, 503, Refusal::platform_fault},
      {Step::token, 400, Refusal::invalid},
      {Step::token, 401, Refusal::auth_level},
      {Step::token, 403, Refusal::no_permission},
      {Step::token, 404, Refusal::gone},
      {Step::send, 400, Refusal::gateway_refuses},
      {Step::send, 401, Refusal::gateway_login},
      {Step::send, 402, Refusal::gateway_refuses},
      {Step::send, 403, Refusal::gateway_login},
      {Step::send, 404, Refusal::gateway_refuses},
      {Step::send, 409, Refusal::gateway_refuses},
      {Step::send, 422, Refusal::gateway_refuses},
      {Step::send, 500, Refusal::gateway_fault},
      {Step::send, 503, Refusal::gateway_fault},
  };
  for (const auto& [step, status, refusal] : rows) {
    EXPECT_EQ(verdict_on(explain(step, status)).word, verdict_on(refusal).word)
        << "step " << static_cast<int>(step) << ", status " << status;
  }
}

TEST(ExplainTest, TriesAgainWhateverMayPass) {
  for (int step = 0; step <= static_cast<int>(WriteStep::send); ++step) {
    for (const int status : {0, 100, 200, 204, 302, 408, 425, 429, 500, 502, 503, 504, 599, 600}) {
      EXPECT_EQ(verdict_on(explain(static_cast<WriteStep>(step), status)).next, Next::retry)
          << "step " << step << ", status " << status;
    }
  }
}

TEST(ExplainTest, NeverTriesARefusalForEver) {
  for (int step = 0; step <= static_cast<int>(WriteStep::send); ++step) {
    for (int status = 400; status < 500; ++status) {
      if (status == 401 || status == 408 || status == 425 || status == 429) continue;
      if (static_cast<WriteStep>(step) == WriteStep::login) continue;  // the session's matter
      EXPECT_NE(verdict_on(explain(static_cast<WriteStep>(step), status)).next, Next::retry)
          << "step " << step << ", status " << status;
    }
  }
}

}  // namespace
}  // namespace icure::sync::write
