// What a shell offers, asked of a real bash; the other shells by what their scripts say; and the
// manual.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "ipc/client/args.h"
#include "ipc/client/completion.h"
#include "ipc/client/manual.h"
#include "tests/support/temp_dir.h"

namespace icure::client {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() { std::ofstream(script_) << completion_script("bash", all_verbs()); }

  /// What bash offers for the last of `words`, which stand as bash splits them.
  std::vector<std::string> offered(const std::string& words) {
    const auto command = "cd '" + dir_.path().string() +
                         "' && bash -c 'source ./script; COMP_WORDS=(" + words +
                         "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _icurectl; " +
                         R"(printf "%s\n" "${COMPREPLY[@]}"')";
    auto* said = ::popen(command.c_str(), "r");
    std::string text;
    for (int c = std::fgetc(said); c != EOF; c = std::fgetc(said)) text += static_cast<char>(c);
    EXPECT_EQ(::pclose(said), 0) << command;
    std::vector<std::string> lines;
    std::istringstream all(text);
    for (std::string line; std::getline(all, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

  support::TempDir dir_;
  std::string script_ = dir_.path().string() + "/script";
};

TEST_F(CompletionTest, NounsAndVerbsAreOffered) {
  EXPECT_THAT(offered(R"(icurectl "")"), Contains("status"));
  EXPECT_THAT(offered("icurectl us"), ElementsAre("user"));
  EXPECT_THAT(offered("icurectl user li"), ElementsAre("list"));
  EXPECT_THAT(offered("icurectl config ch"), ElementsAre("check"));
}

TEST_F(CompletionTest, EveryVerbOfTheTableIsOffered) {
  for (const auto& verb : all_verbs()) {
    const auto at = verb.verb.empty() ? "" : verb.noun + ' ';
    EXPECT_THAT(offered("icurectl " + at + "\"\""),
                Contains(verb.verb.empty() ? verb.noun : verb.verb));
  }
}

TEST_F(CompletionTest, OptionsOfTheCommandAndOfAllAreOffered) {
  const auto options = offered("icurectl user list --");
  EXPECT_THAT(options, Contains("--owner-type"));
  EXPECT_THAT(options, Contains("--json"));
  EXPECT_THAT(options, Contains("--help"));
  EXPECT_THAT(options, Not(Contains("--link")));
  EXPECT_THAT(offered("icurectl status --w"), ElementsAre("--watch"));
}

TEST_F(CompletionTest, ValuesThatAreOneOfAFewAreOffered) {
  EXPECT_THAT(offered("icurectl owner list --type h"), ElementsAre("hcp"));
  EXPECT_THAT(offered("icurectl owner list --type ="), ElementsAre("hcp", "patient", "device"));
  EXPECT_THAT(offered("icurectl owner list --type = pa"), ElementsAre("patient"));
  EXPECT_THAT(offered(R"(icurectl completion "")"), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(offered("icurectl sync approve b-1 a"), ElementsAre("apply"));
}

TEST_F(CompletionTest, AValueThatAnybodyMayChooseIsLeftToThem) {
  EXPECT_THAT(offered(R"(icurectl owner list --limit "")"), IsEmpty());
  EXPECT_THAT(offered(R"(icurectl sync approve "")"), IsEmpty());
}

TEST_F(CompletionTest, OptionsBeforeAndBetweenAreNoCommands) {
  EXPECT_THAT(offered("icurectl --socket user owner li"), ElementsAre("list"));
  EXPECT_THAT(offered("icurectl --timeout = 3 --json owner --limit 5 li"), ElementsAre("list"));
}

TEST_F(CompletionTest, FilesAreOfferedWhereAFileIsMeant) {
  EXPECT_THAT(offered("icurectl config check --config scr"), ElementsAre("script"));
  EXPECT_THAT(offered("icurectl backup verify scr"), ElementsAre("script"));
}

// The scripts skip a value by the option's name alone.
TEST(CompletionTableTest, AnOptionTakesAValueInAllCommandsOrInNone) {
  std::map<std::string, bool> flags;
  auto verbs = all_verbs();
  verbs.push_back({.noun = "all", .verb = "", .about = "", .method = "", .args = global_args()});
  for (const auto& verb : verbs) {
    for (const auto& arg : verb.args) {
      const bool flag = arg.type == Arg::Type::flag;
      EXPECT_EQ(flags.emplace(arg.spelling, flag).first->second, flag) << arg.spelling;
    }
  }
}

TEST(CompletionTableTest, ZshAndFishAreToldTheSameWithWhatItMeans) {
  const auto zsh = completion_script("zsh", all_verbs());
  EXPECT_THAT(zsh, testing::StartsWith("#compdef icurectl\n"));
  EXPECT_THAT(zsh, HasSubstr("'config:0') offered+=( 'check:says whether"));
  const auto fish = completion_script("fish", all_verbs());
  EXPECT_THAT(fish, HasSubstr("'__icurectl_at \"config\" 0' -a check -d 'says whether"));
  EXPECT_THAT(fish, HasSubstr("-l type -x -a 'hcp patient device'"));
  for (const auto* shell : {"zsh", "fish"}) {
    const auto program = std::string(shell);
    if (std::system(("command -v " + program + " >/dev/null").c_str()) != 0) continue;
    auto* check = ::popen((program + " -n").c_str(), "w");
    std::fputs(completion_script(shell, all_verbs()).c_str(), check);
    EXPECT_EQ(::pclose(check), 0) << shell;
  }
}

TEST(ManualTest, EveryCommandAndEveryOptionHasItsPlace) {
  const auto page = manual(all_verbs(), "1.2.3");
  for (const auto& verb : all_verbs()) {
    const auto name = verb.noun + (verb.verb.empty() ? "" : " " + verb.verb);
    std::string title = ".SS \"icurectl ";
    for (const char each : name) title += each == '-' ? "\\-" : std::string(1, each);
    const auto at = page.find(title);
    ASSERT_NE(at, std::string::npos) << name;
    const auto text = page.substr(at, page.find("\n.S", at) - at);
    for (const auto& arg : verb.args) {
      std::string spelled;
      for (const char each : arg.spelling) spelled += each == '-' ? "\\-" : std::string(1, each);
      EXPECT_THAT(text, HasSubstr(".TP\n\\f" + std::string(arg.spelling[0] == '-' ? "B" : "I") +
                                  spelled + "\\fR"))
          << name;
    }
  }
}

TEST(ManualTest, TextIsNoCommandOfRoff) {
  const Verb verb{.noun = "x", .verb = "", .about = ".so /etc/passwd \\fB", .method = "x"};
  EXPECT_THAT(manual({verb}, "1"), HasSubstr("\n\\&.so /etc/passwd \\(rsfB.\n"));
}

}  // namespace
}  // namespace icure::client
