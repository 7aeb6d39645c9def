// daemon/loop/network.h against the kernel, in a network of the test's own.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/loop/network.h"

namespace icure::loop {
namespace {

using namespace std::chrono_literals;

constexpr Millis kPatience = 20s;

class NetworkTest : public ::testing::Test {
 protected:
  void SetUp() override { uv_loop_init(&loop); }
  void TearDown() override {
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop), 0) << "a handle outlived its owner";
  }

  /// Sets the loopback interface of this network up or down.
  static bool set_loopback(bool up) {
    const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name);
    request.ifr_flags = up ? IFF_UP : 0;
    const bool done = ioctl(any, SIOCSIFFLAGS, &request) == 0;
    close(any);
    return done;
  }
  /// Runs the loop until there was news, or patience ends.
  void wait_for(const int& news, int wanted) {
    Timer limit(loop);
    bool over = false;
    limit.start(kPatience, [&over] { over = true; });
    while (news < wanted && !over) uv_run(&loop, UV_RUN_ONCE);
    limit.stop();
  }

  uv_loop_t loop;
};

TEST_F(NetworkTest, TellsOnceOfAnInterfaceThatComesUpOrGoesDown) {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    GTEST_SKIP() << "no network of our own to play with: " << std::strerror(errno);
  }
  int news = 0;
  Network network(loop, [&news] { ++news; });
  ASSERT_TRUE(network.listen());
  ASSERT_TRUE(set_loopback(true)) << std::strerror(errno);
  wait_for(news, 1);
  EXPECT_EQ(news, 1) << "link, address and routes are one piece of news";
  ASSERT_TRUE(set_loopback(false));
  wait_for(news, 2);
  EXPECT_EQ(news, 2);
}

TEST_F(NetworkTest, DoesNotKeepTheLoopAlive) {
  int news = 0;
  {
    Network network(loop, [&news] { ++news; });
    auto listening = network.listen();
    if (!listening) GTEST_SKIP() << listening.error().message;
    EXPECT_EQ(uv_run(&loop, UV_RUN_DEFAULT), 0);
    uv_run(&loop, UV_RUN_NOWAIT);
  }
  EXPECT_EQ(news, 0);
}

TEST_F(NetworkTest, SaysThatTheKernelRefuses) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;  // no further file or socket
  setrlimit(RLIMIT_NOFILE, &none);
  Network network(loop, [] {});
  auto listening = network.listen();
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, Code::io);
}

}  // namespace
}  // namespace icure::loop
