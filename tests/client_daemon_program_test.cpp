// ipc/client/daemon_program.h: what a program is given, what is taken of it, and what that means.
#include <gmock/gmock.h>

#include "ipc/client/daemon_program.h"
#include "tests/support/programs.h"

namespace icure::client {
namespace {

using support::Variable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ProgramTest : public testing::Test {
 protected:
  Captured run(const std::string& script, const Launch& launch = {}) {
    return capture(programs.add("program", script), launch);
  }
  support::Programs programs;
};

TEST_F(ProgramTest, SaysWhatItPrintsAndHowItEnds) {
  const auto done = run("echo one; echo two >&2; exit 7", {{"a b", "--c"}});
  EXPECT_EQ(done.code, 7);
  EXPECT_EQ(done.said, "one\ntwo\n");
  EXPECT_EQ(programs.arguments("program"), "a b\n--c\n");
}

TEST_F(ProgramTest, ItsErrorsAreLeftOutWhereNobodyAsksForThem) {
  Launch launch;
  launch.errors = false;
  EXPECT_EQ(run("echo one; echo two >&2", launch).said, "one\n");
}

TEST_F(ProgramTest, IsFoundByItsNameToo) {
  programs.add("by-name", "echo found");
  EXPECT_EQ(capture("by-name", {}).said, "found\n");
}

TEST_F(ProgramTest, ReadsWhatItIsGivenAndNothingElse) {
  Launch launch;
  launch.input = "a secret";
  run("", launch);
  EXPECT_EQ(programs.input("program"), "a secret");
  const std::string too_much(1 << 20, 'x');
  launch.input = too_much;
  EXPECT_EQ(run("", launch).code, -1) << "it does not wait for who reads all of that";
  EXPECT_EQ(programs.input("program"), "a secret") << "and was not run with a part";
}

TEST_F(ProgramTest, GetsOurEnvironmentButForWhatIsReplaced) {
  const Variable ours("ICURE_TEST", "ours");
  const Variable longer("ICURE_TEST_LONGER", "ours");
  const Variable shorter("ICURE_TES", "ours");
  Launch launch;
  launch.environment = {"ICURE_TEST=given", "ICURE_NEW=given"};
  run("", launch);
  const auto got = "\n" + programs.environment("program");
  EXPECT_THAT(got, HasSubstr("\nICURE_TEST=given\n"));
  EXPECT_THAT(got, Not(HasSubstr("\nICURE_TEST=ours\n")));
  EXPECT_THAT(got, HasSubstr("\nICURE_NEW=given\n"));
  EXPECT_THAT(got, HasSubstr("\nICURE_TEST_LONGER=ours\n"));
  EXPECT_THAT(got, HasSubstr("\nICURE_TES=ours\n")) << "a name that begins alike is another";
}

TEST_F(ProgramTest, ALongOutputIsTakenWhole) {
  const auto done = run("i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done");
  EXPECT_EQ(done.said.size(), 22'000u);
}

TEST_F(ProgramTest, HasNoExitCodeIfItIsMissingOrWasKilled) {
  EXPECT_EQ(capture(programs.path("none"), {}).code, -1);
  EXPECT_EQ(run("kill -9 $$").code, -1);
}

TEST_F(ProgramTest, LeavesNoFileOpen) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  Launch launch;
  launch.input = "text";
  run("", launch);
  const auto before = open_files();
  run("", launch);
  run("exit 1");
  capture(programs.path("none"), launch);
  EXPECT_EQ(open_files(), before);
}

TEST(InstalledDaemonTest, IsTheOneBesideThisProgramElseAnyInThePath) {
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "icure-syncd";
  EXPECT_EQ(installed_daemon(), std::filesystem::exists(beside) ? beside : "icure-syncd");
}

TEST(RefusalTest, TheLastLineSaysWhatToDo) {
  const auto three = refusal_of({1, "it is so\nand so\ndo this\n"});
  EXPECT_EQ(three.message, "it is so: and so");
  EXPECT_EQ(three.hint, "do this");
  EXPECT_EQ(three.word, "internal");
  const auto one = refusal_of({static_cast<int>(Exit::conflict), "a daemon serves\n"});
  EXPECT_EQ(one.message, "a daemon serves");
  EXPECT_EQ(one.hint, "");
  EXPECT_EQ(one.word, "conflict");
}

TEST(RefusalTest, AProgramThatIsNotThereIsToldSo) {
  EXPECT_THAT(refusal_of({-1, ""}).message, HasSubstr("could not be run"));
  EXPECT_THAT(refusal_of({0, "x\n"}).message, "x");
}

TEST(LinesTest, AreWithoutTheirEnds) {
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_TRUE(lines_of("").empty());
}

}  // namespace
}  // namespace icure::client
