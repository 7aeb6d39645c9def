// icurectl-dashboard from its words to its end.
#include <gmock/gmock.h>
#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <sstream>
#include <thread>

#include "ipc/client/dashboard/program.h"
#include "tests/support/browser.h"
#include "tests/support/fake_daemon.h"

namespace icure::dashboard {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using support::Browser;
using support::FakeDaemon;
using support::result_of;
using testing::HasSubstr;
using testing::StartsWith;

/// An output whose reader waits for what is flushed.
class Output : public std::stringbuf {
 public:
  std::string text() {
    std::unique_lock lock(mutex_);
    flushed_.wait(lock, [this] { return !shown_.empty(); });
    return shown_;
  }

 protected:
  int sync() override {
    std::lock_guard lock(mutex_);
    shown_ = str();
    flushed_.notify_all();
    return 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable flushed_;
  std::string shown_;
};

/// The program on a thread of its own, which alone gets the signals.
class Running {
 public:
  Running(const std::string& socket, const std::string& idle, const std::string& form)
      : thread_([=, this] {
          std::ostream out(&out_);
          code_ = run({socket, "0", idle, form}, out, err_);
          sigset_t blocked;
          pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
          still_blocked_ = sigismember(&blocked, SIGINT) == 1;
        }) {}
  ~Running() {
    if (thread_.joinable()) end(SIGTERM);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  std::string told() { return out_.text(); }
  std::uint16_t port() {
    const auto text = told();
    const auto from = text.find("127.0.0.1:") + 10;
    return static_cast<std::uint16_t>(std::stoi(text.substr(from, text.find('/', from) - from)));
  }
  std::string token() {
    const auto text = told();
    return text.substr(text.find("token=") + 6, 64);
  }
  int join() {
    thread_.join();
    return code_;
  }
  int end(int signal) {
    told();  // by then it waits for signals
    pthread_kill(thread_.native_handle(), signal);
    return join();
  }
  bool still_blocked() const { return still_blocked_; }

 private:
  Output out_;
  std::ostringstream err_;
  int code_ = -1;
  bool still_blocked_ = true;
  std::thread thread_;
};

class DashboardProgramTest : public testing::Test {
 protected:
  FakeDaemon daemon{[](const json& request) {
    return result_of(request, {{"subscription", "1"}, {"seq", 1}});
  }};
};

TEST_F(DashboardProgramTest, ServesUntilASignalEndsIt) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Running program(daemon.path(), "600", "text");
    EXPECT_THAT(program.told(),
                HasSubstr("\n\n  http://127.0.0.1:" + std::to_string(program.port()) + "/?token="));
    const auto port = program.port();
    EXPECT_TRUE(Browser(port).is_connected());
    EXPECT_EQ(program.end(signal), 0);
    EXPECT_FALSE(program.still_blocked()) << "a second one ends it at once";
    EXPECT_FALSE(Browser(port).is_connected());
  }
}

TEST_F(DashboardProgramTest, TellsItsLinkAsJsonToo) {
  Running program(daemon.path(), "600", "json");
  const auto told = json::parse(program.told());
  EXPECT_EQ(told["schema"], 1);
  EXPECT_THAT(told["url"].get<std::string>(), StartsWith("http://127.0.0.1:"));
}

TEST_F(DashboardProgramTest, TheLinkLetsInAndWhoListensDelaysNoEnd) {
  FakeDaemon refusing([](const json& request) {
    return support::error_of(
        request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "forbidden"}}}});
  });
  Running program(refusing.path(), "600", "json");
  const auto admitted = support::fetch(program.port(), "GET /?token=" + program.token());
  EXPECT_THAT(admitted, StartsWith("HTTP/1.1 303 "));
  const auto after = [&admitted](const std::string& words, char end) {
    const auto from = admitted.find(words) + words.size();
    return admitted.substr(from, admitted.find(end, from) - from);
  };
  Browser listener(program.port());
  listener.send("GET /events?key=" + after("Location: /#", '\r'),
                "Cookie: " + after("Set-Cookie: ", ';') + "\r\n");
  EXPECT_THAT(listener.until("event: down"), HasSubstr("text/event-stream"));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1500ms) << "the next heartbeat is later";
}

TEST_F(DashboardProgramTest, EndsByItselfWhenNobodyLooks) {
  Running program(daemon.path(), "0", "text");
  EXPECT_EQ(program.join(), 0);
}

TEST_F(DashboardProgramTest, SaysWhatIsWrong) {
  std::ostringstream out, err;
  EXPECT_EQ(run({daemon.path(), "0", "1"}, out, err), 2);
  EXPECT_EQ(run({daemon.path(), "0", "1", "text", "more"}, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("run \"icurectl dashboard\""));
  Running first(daemon.path(), "600", "text");
  const auto taken = std::to_string(first.port());
  err.str("");
  std::thread second([&] { EXPECT_EQ(run({daemon.path(), taken, "0", "text"}, out, err), 1); });
  second.join();
  EXPECT_THAT(err.str(), HasSubstr("port " + taken + " of 127.0.0.1 cannot be had"));
  EXPECT_EQ(out.str(), "");
}

TEST(WaitForEndTest, IsNotBeforeNobodyLookedForSoLong) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kIdle = 30ms;
  Activity activity;
  Clock::time_point ended;
  std::thread waiting([&] {
    sigset_t none;
    sigemptyset(&none);
    wait_for_end(activity, kIdle, none);
    ended = Clock::now();
  });
  const auto from = Clock::now();
  while (Clock::now() < from + kIdle / 2) activity.touch();
  waiting.join();
  EXPECT_GE(ended, activity.last() + kIdle);
}

}  // namespace
}  // namespace icure::dashboard
