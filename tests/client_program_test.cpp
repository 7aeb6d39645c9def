// ipc/client/program.h: icurectl from its words to its exit code.
#include <gmock/gmock.h>
#include <pty.h>

#include "ipc/client/program.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/programs.h"

namespace icure::client {
namespace {

using nlohmann::json;
using support::FakeDaemon;
using support::result_of;
using support::Variable;
using testing::HasSubstr;

class IcurectlProgramTest : public testing::Test {
 protected:
  /// A terminal of 57 columns.
  IcurectlProgramTest() {
    winsize size{};
    size.ws_col = 57;
    EXPECT_EQ(openpty(&theirs, &terminal, nullptr, nullptr, &size), 0);
    EXPECT_EQ(pipe(pipes), 0);
  }
  ~IcurectlProgramTest() override {
    for (const int each : {theirs, terminal, pipes[0], pipes[1]}) close(each);
  }
  Exit run(const std::vector<std::string>& words) { return run_program(words, out, err, pipes[1]); }

  std::ostringstream out, err;
  int theirs = -1;
  int terminal = -1;
  int pipes[2] = {-1, -1};
};

TEST_F(IcurectlProgramTest, AsksTheDaemonOfThatSocket) {
  FakeDaemon daemon([](const json& request) { return result_of(request, {{"state", "offline"}}); });
  EXPECT_EQ(run({"--socket", daemon.path(), "status"}), Exit::failed);
  EXPECT_EQ(daemon.requests().at(0)["method"], "daemon.status");
  EXPECT_THAT(out.str(), HasSubstr("offline"));
  out.str("");
  run({"--json", "--socket", daemon.path(), "status"});
  EXPECT_EQ(json::parse(out.str()), json::parse(R"({"schema":1,"state":"offline"})"));
}

TEST_F(IcurectlProgramTest, SaysToTheDaemonWhoAsks) {
  json greeting;
  FakeDaemon daemon([](const json& request) { return result_of(request, json::object()); },
                    [&greeting](const json& request) {
                      greeting = request["params"];
                      return result_of(request, {{"protocol", 1}});
                    });
  run({"--socket", daemon.path(), "status"});
  EXPECT_EQ(greeting["client"], "icurectl");
}

TEST_F(IcurectlProgramTest, ShowsHelpOnTheOutput) {
  EXPECT_EQ(run({"--version"}), Exit::ok);
  EXPECT_THAT(out.str(), HasSubstr("icurectl "));
  EXPECT_EQ(err.str(), "");
}

TEST_F(IcurectlProgramTest, TellsAMistakeInTheFormThatWasAsked) {
  EXPECT_EQ(run({"usr", "list"}), Exit::usage);
  EXPECT_THAT(err.str(), testing::StartsWith("icurectl: "));
  err.str("");
  EXPECT_EQ(run({"usr", "list", "--json"}), Exit::usage);
  EXPECT_EQ(json::parse(err.str())["error"]["data"]["code"], "invalid");
  EXPECT_EQ(out.str(), "");
}

TEST_F(IcurectlProgramTest, GivesUpWhenTheAnswerTakesTooLong) {
  FakeDaemon daemon([](const json&) { return support::Reaction{}; });
  EXPECT_EQ(run({"--socket", daemon.path(), "--timeout", "0.01", "status"}), Exit::try_later);
}

TEST_F(IcurectlProgramTest, WaitsLongForWhatIsToBeWaitedFor) {
  EXPECT_EQ(timeout_of({}), Options().timeout);
  CommandLine line;
  line.values["wait"] = "";
  EXPECT_EQ(timeout_of(line), std::chrono::hours(24));
  line.timeout_s = 0.0015;
  EXPECT_EQ(timeout_of(line), Millis(2)) << "what is said goes first, and never becomes nothing";
}

TEST_F(IcurectlProgramTest, ATerminalHasColoursAndAWidth) {
  const Variable none("NO_COLOR", std::nullopt);
  const auto screen = screen_of(out, err, terminal, false);
  EXPECT_TRUE(screen.terminal);
  EXPECT_TRUE(screen.colours);
  EXPECT_FALSE(screen.json);
  EXPECT_EQ(screen.width, 57u);
  EXPECT_GT(screen.now.time_since_epoch().count(), 0);
}

TEST_F(IcurectlProgramTest, NobodyGetsColoursWhoWantsNone) {
  const Variable no_colour("NO_COLOR", "1");
  EXPECT_FALSE(screen_of(out, err, terminal, false).colours);
  const Variable empty("NO_COLOR", "");
  EXPECT_TRUE(screen_of(out, err, terminal, false).colours);
}

TEST_F(IcurectlProgramTest, APipeHasNeither) {
  const Variable none("NO_COLOR", std::nullopt);
  const auto screen = screen_of(out, err, pipes[1], true);
  EXPECT_FALSE(screen.terminal);
  EXPECT_FALSE(screen.colours);
  EXPECT_TRUE(screen.json);
  EXPECT_EQ(screen.width, 0u);
}

}  // namespace
}  // namespace icure::client
