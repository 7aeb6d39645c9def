// A server on a real socket in a temporary directory, on a loop that the test turns, and clients
// of a few lines.
#pragma once
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "ipc/hello.h"
#include "ipc/server.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace icure::support {

/// Non-blocking: what it sends is in the kernel at once, what it reads the server has written.
class RawClient {
 public:
  explicit RawClient(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() { leave(); }

  void leave() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  void end_sending() { shutdown(fd_, SHUT_WR); }

  /// How much the kernel took.
  std::size_t send(std::string_view bytes) {
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }

  /// Takes what has come. False once the server has closed.
  bool receive() {
    char bytes[65536];
    for (;;) {
      const auto size = read(fd_, bytes, sizeof bytes);
      if (size < 0 && errno == EAGAIN) return true;
      if (size <= 0) return false;
      received.append(bytes, static_cast<std::size_t>(size));
    }
  }
  std::size_t lines() const {
    return static_cast<std::size_t>(std::count(received.begin(), received.end(), '\n'));
  }
  /// The first line that was received, as JSON.
  nlohmann::json take() {
    const auto end = received.find('\n');
    auto line = nlohmann::json::parse(received.substr(0, end), nullptr, false);
    received.erase(0, end + 1);
    return line;
  }

  std::string received;

 private:
  int fd_;
};

class IpcServerTest : public ::testing::Test {
 protected:
  IpcServerTest() { uv_loop_init(&loop); }

  void start(ipc::ServerOptions options) {
    options.own_uid = getuid();
    hello.register_on(methods);
    server = std::make_unique<ipc::Server>(loop, clock, methods, options, [this] { ++turns; });
    ASSERT_TRUE(server->listen(ipc::SocketFile{path, 0600, {}}));
  }

  RawClient client() { return RawClient(path); }

  /// Turns the loop until `met`; a turn never waits. Bounded, so that a fault is a failure.
  bool turn_until(const std::function<bool()>& met) {
    for (int turn = 0; turn < 20'000; ++turn) {
      if (met()) return true;
      uv_run(&loop, UV_RUN_NOWAIT);
    }
    return met();
  }
  /// Enough turns for all that can happen by itself to have happened.
  void settle() {
    for (int turn = 0; turn < 50; ++turn) uv_run(&loop, UV_RUN_NOWAIT);
  }
  nlohmann::json answer(RawClient& from) {
    turn_until([&] { return !from.receive() || from.lines() > 0; });
    return from.take();
  }
  bool closed(RawClient& by) {
    return turn_until([&] { return !by.receive(); });
  }

  void stop() {
    bool stopped = false;
    server->stop([&stopped] { stopped = true; });
    EXPECT_TRUE(turn_until([&] { return stopped; }));
    server.reset();
  }

  void TearDown() override {
    if (server) stop();
    EXPECT_EQ(clock.sleepers(), 0u);
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop), 0);
  }

  /// The one session that there is.
  static Task<Result<std::string>> user_of(Secret session) {
    if (session.reveal() == "of u-2") co_return std::string("u-2");
    co_return Error{Code::login_needed, "this session has ended"};
  }

  TempDir directory;
  std::string path = directory.path() / "api.sock";
  uv_loop_t loop{};
  fakes::FakeClock clock;
  ipc::Methods methods;
  ipc::Hello hello{methods, "1.2.3", &IpcServerTest::user_of};
  std::unique_ptr<ipc::Server> server;
  int turns = 0;
};

inline std::string call(int id, const std::string& method, const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method +
         R"(","params":)" + params + "}\n";
}

}  // namespace icure::support
