// icurectl setup: what is asked, what is kept, and what cannot be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ipc/client/setup/answers.h"
#include "ipc/client/setup/questions.h"
#include "ipc/client/setup/secrets.h"
#include "tests/support/temp_dir.h"

namespace icure::client {
namespace {

using testing::HasSubstr;
using testing::Not;

void write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

class AnswersTest : public testing::Test {
 protected:
  support::TempDir dir_;
  std::string config_ = dir_.path() / "config.toml";

  Answers known() {
    auto read = known_answers(config_);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : Answers();
  }
};

TEST_F(AnswersTest, AreReadBackAsTheyWereWritten) {
  const Answers said{"https://a.test", "d\"aemon@x\\y", "",    "/k",
                     "https://g.test", "spec",          "ehr", "operator"};
  write(answers_file(config_), text_of(said));
  const auto read = known();
  EXPECT_EQ(read.url, said.url);
  EXPECT_EQ(read.login, said.login) << "whatever is in it";
  EXPECT_EQ(read.key_file, said.key_file);
  EXPECT_EQ(read.spec_id, said.spec_id);
  EXPECT_EQ(read.group, said.group);
  EXPECT_EQ(read.role, said.role);
}

TEST_F(AnswersTest, BeginWithWhatTheConfigurationSays) {
  EXPECT_EQ(known().url, "") << "there is none";
  write(config_, "[platform]\nurl = \"https://main.test\"\nlogin = \"main\"\n");
  write(answers_file(config_), "[platform]\nlogin = \"kept\"\n");
  EXPECT_EQ(known().url, "https://main.test");
  EXPECT_EQ(known().login, "kept");
}

TEST_F(AnswersTest, AFileThatIsNoTomlIsNamed) {
  write(config_, "[platform\n");
  const auto read = known_answers(config_);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr(config_));
  EXPECT_FALSE(read.error().hint.empty());
}

TEST_F(AnswersTest, NoRuleIsWrittenForNoGroup) {
  EXPECT_THAT(text_of({.url = "https://a.test", .role = "reader"}), Not(HasSubstr("access")));
}

class QuestionsTest : public testing::Test {
 protected:
  std::ostringstream shown_;
  Answers asked(const std::string& typed, const Values& flags, Answers answers = {}) {
    std::istringstream in(typed);
    take_flags(flags, answers);
    ask_person(in, shown_, flags, answers);
    return answers;
  }
};

TEST_F(QuestionsTest, AnEmptyLineKeepsWhatIsKnown) {
  const auto answers = asked("\nme\r\n\n\n", {}, {.url = "https://known.test"});
  EXPECT_EQ(answers.url, "https://known.test");
  EXPECT_EQ(answers.login, "me");
  EXPECT_THAT(shown_.str(), HasSubstr("[https://known.test]: "));
}

TEST_F(QuestionsTest, AFlagIsNotAsked) {
  const auto answers = asked("me\n", {{"url", "https://flag.test"}});
  EXPECT_EQ(answers.url, "https://flag.test");
  EXPECT_EQ(answers.login, "me");
  EXPECT_THAT(shown_.str(), Not(HasSubstr("Address of the platform")));
}

TEST_F(QuestionsTest, WhatFollowsFromNothingIsNotAsked) {
  asked("https://a.test\nme\n\n\n", {});
  EXPECT_THAT(shown_.str(), Not(HasSubstr("spec id")));
  EXPECT_THAT(shown_.str(), Not(HasSubstr("Its role")));
}

TEST_F(QuestionsTest, AGroupReadsUnlessMoreIsSaid) {
  EXPECT_EQ(asked("https://a.test\nme\n\ndaemon\n\n", {}).role, "reader");
  EXPECT_EQ(asked("https://a.test\nme\n\n", {{"group", "daemon"}, {"role", "admin"}}).role,
            "admin");
}

TEST_F(QuestionsTest, TheEndOfTheInputIsNoAnswer) {
  EXPECT_THAT(fault_of(asked("", {})), HasSubstr("--url"));
}

TEST(FaultTest, NamesTheFlagThatHelps) {
  const Answers well{.url = "https://a.test", .login = "me"};
  EXPECT_EQ(fault_of(well), "");
  auto answers = well;
  answers.gateway_url = "https://g.test";
  EXPECT_THAT(fault_of(answers), HasSubstr("--gateway-spec-id"));
  answers = well;
  answers.group = "no-such-group";
  EXPECT_THAT(fault_of(answers), HasSubstr("groupadd"));
  answers.group = "daemon";
  answers.role = "king";
  EXPECT_THAT(fault_of(answers), HasSubstr("--role"));
}

TEST(ReplaceFileTest, HasItsModeAndLeavesNoHalf) {
  const support::TempDir dir;
  const std::string path = dir.path() / "new" / "secret";
  ASSERT_FALSE(replace_file(path, "one", 0600));
  ASSERT_FALSE(replace_file(path, "two", 0600));
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((dir.path() / "new").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  write(dir.path() / "file", "no directory");
  const auto failed = replace_file(dir.path() / "file" / "x", "text", 0644);
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->message, HasSubstr("file/x"));
}

TEST(StoreKeyTest, IsNewEachTime) {
  EXPECT_EQ(new_store_key().size(), 64u);
  EXPECT_NE(new_store_key(), new_store_key());
}

}  // namespace
}  // namespace icure::client
