// A person at a terminal, and what a command asks: of a pseudo-terminal whose other end types.
#include <gmock/gmock.h>
#include <pty.h>
#include <termios.h>

#include "ipc/client/ask_secret.h"
#include "ipc/client/setup/answers.h"
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using testing::HasSubstr;
using testing::Not;

std::streambuf* const kInput = std::cin.rdbuf();  // before any test puts another in its place

/// A terminal on our input, whose person types the next line whenever something is asked.
class Person : public std::stringbuf {
 public:
  explicit Person(std::vector<std::string> lines) : lines_(std::move(lines)) {
    EXPECT_EQ(openpty(&theirs_, &ours_, nullptr, nullptr, nullptr), 0);
    input_.emplace(STDIN_FILENO, ours_);
    std::cin.rdbuf(kInput);
    std::cin.clear();
    clearerr(stdin);
  }
  ~Person() override {
    std::cin.rdbuf(before_);
    input_.reset();
    close(ours_);
    close(theirs_);
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;

  bool typed_unseen() const { return unseen_ > 0; }
  /// Whether the terminal shows what is typed.
  bool is_shown() const {
    termios now{};
    tcgetattr(ours_, &now);
    return (now.c_lflag & ECHO) != 0;
  }

 protected:
  int sync() override {  // of what is flushed an answer is waited for
    const auto text = str();
    if (!text.ends_with(": ") || text.size() == answered_ || next_ == lines_.size()) return 0;
    answered_ = text.size();
    unseen_ += is_shown() ? 0 : 1;
    const auto line = lines_[next_++] + "\n";
    return write(theirs_, line.data(), line.size()) > 0 ? 0 : -1;
  }

 private:
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
  int unseen_ = 0;
  std::streambuf* before_ = std::cin.rdbuf();
  int theirs_ = -1;
  int ours_ = -1;
  std::optional<support::Redirected> input_;
};

TEST(AskSecretTest, IsNotShownWhileAPersonTypes) {
  Person person({"the secret"});
  std::ostream err(&person);
  EXPECT_TRUE(person_at_input());
  EXPECT_EQ(ask_secret(std::cin, err, "password: "), "the secret");
  EXPECT_TRUE(person.typed_unseen());
  EXPECT_TRUE(person.is_shown()) << "afterwards";
  EXPECT_EQ(person.str(), "password: \n");
}

TEST(AskSecretTest, IsALineOfTheInputWhereNobodyTypes) {
  const support::Typed typed("one\r\ntwo\n");
  std::ostringstream err;
  EXPECT_FALSE(person_at_input());
  EXPECT_EQ(ask_secret(std::cin, err, "password: "), "one");
  EXPECT_EQ(ask_secret(std::cin, err, "password: "), "two");
  EXPECT_EQ(ask_secret(std::cin, err, "password: "), "");
  EXPECT_EQ(err.str(), "");
}

class AtATerminal : public support::IcurectlWithPrograms {
 protected:
  /// Runs one with a person at the terminal. What was asked is returned.
  std::string run_with(Person& person, const std::vector<std::string>& words,
                       const support::FakeDaemon::Script& script, Exit exit) {
    daemon.emplace(script);
    std::ostream shown(&person);
    Screen terminal{out, shown};
    Options options;
    options.socket = daemon->path();
    Client client(options);
    const auto parsed = parse(words);
    terminal.json = parsed.line->json;
    EXPECT_EQ(Runner(client, terminal, program).run(*parsed.line->verb, parsed.line->values), exit);
    return person.str();
  }
};

TEST_F(AtATerminal, ALoginAsksForTheOneTimeCodeOnceItIsNeeded) {
  Person person({"secret", "123456"});
  const auto shown = run_with(
      person, {"login", "anna"},
      [](const Json& request) {
        if (!request["params"].contains("otp")) {
          return support::error_of(
              request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "otp_needed"}}}});
        }
        return support::result_of(request, {{"user", {{"login", "anna"}}}, {"session", "s-1"}});
      },
      Exit::ok);
  EXPECT_EQ(shown, "password: \none-time code: \n");
  EXPECT_EQ(sent(0)["params"], nlohmann::json::parse(R"({"login":"anna","password":"secret"})"));
  EXPECT_EQ(sent(1)["params"]["otp"], "123456");
  EXPECT_THAT(out.str(), HasSubstr("session s-1"));
}

TEST_F(AtATerminal, APasswordThatIsWrongIsAskedOnce) {
  Person person({"secret", "123456"});
  run_with(
      person, {"login", "anna"},
      [](const Json& request) {
        return support::error_of(
            request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "login_failed"}}}});
      },
      Exit::login_needed);
  EXPECT_EQ(daemon->requests().size(), 1u);
}

TEST_F(AtATerminal, SetupAsksForWhatNoFlagSays) {
  programs.add("icure-syncd", R"(case "$*" in
*--doctor*) echo '{"checks": []}' ;;
*) echo ABCD-EFGH ;;
esac)");
  const auto config = file("etc/config.toml");
  const auto never = [](const Json& request) { return support::result_of(request, nullptr); };
  {
    Person person({"https://p.test", "", "", "the password"});
    const auto shown =
        run_with(person, {"setup", "--config", config, "--login", "me"}, never, Exit::ok);
    EXPECT_THAT(shown, HasSubstr("Address of the platform: "));
    EXPECT_THAT(shown, Not(HasSubstr("this daemon is")));
    EXPECT_THAT(shown, HasSubstr("Its password: "));
  }
  EXPECT_EQ(known_answers(config)->url, "https://p.test");
  EXPECT_EQ(read("etc/credentials/platform-password"), "the password\n");
  {
    Person person({"", "you", "", "", ""});
    const auto shown = run_with(person, {"setup", "--config", config}, never, Exit::ok);
    EXPECT_THAT(shown, HasSubstr("[https://p.test]: "));
    EXPECT_THAT(shown, HasSubstr("empty: as it is"));
  }
  EXPECT_EQ(known_answers(config)->login, "you");
  EXPECT_EQ(read("etc/credentials/platform-password"), "the password\n");
}

TEST_F(AtATerminal, WithJsonNobodyIsAsked) {
  Person person({"https://p.test"});
  EXPECT_THAT(
      run_with(
          person, {"--json", "setup", "--config", file("etc/config.toml")},
          [](const Json& request) { return support::result_of(request, nullptr); }, Exit::usage),
      HasSubstr("--url"));
}

}  // namespace
}  // namespace icure::client
