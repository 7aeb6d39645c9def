// What a client meets on a socket: a thread that answers as a test says. No daemon behind it.
#pragma once
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.h"

namespace icure::support {

/// What to send on a request; then perhaps the end of the connection.
struct Reaction {
  std::string bytes;
  bool hang_up = false;
};

inline Reaction result_of(const nlohmann::json& request, const nlohmann::json& result) {
  return {nlohmann::json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"result", result}}.dump() +
          "\n"};
}
inline Reaction error_of(const nlohmann::json& request, const nlohmann::json& error) {
  return {nlohmann::json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"error", error}}.dump() +
          "\n"};
}

/// Serves one connection after the other. `hello` is answered by itself unless a script does.
class FakeDaemon {
 public:
  using Script = std::function<Reaction(const nlohmann::json& request)>;

  explicit FakeDaemon(Script script, Script hello = nullptr)
      : script_(std::move(script)),
        hello_(std::move(hello)),
        listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().c_str(), path().size() + 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    shutdown(listener_, SHUT_RDWR);  // ends accept(); the client must be gone or be hung up on
    {
      std::lock_guard lock(mutex_);
      if (client_ >= 0) shutdown(client_, SHUT_RDWR);
    }
    thread_.join();
    close(listener_);
  }

  std::string path() const { return directory_.path() / "api.sock"; }
  std::vector<nlohmann::json> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      {
        std::lock_guard lock(mutex_);
        client_ = client;
      }
      talk(client);
      std::lock_guard lock(mutex_);
      client_ = -1;
      close(client);
    }
  }

  void talk(int client) {
    std::string pending;
    char bytes[4096];
    for (ssize_t size; (size = read(client, bytes, sizeof bytes)) > 0;) {
      pending.append(bytes, static_cast<std::size_t>(size));
      for (std::size_t end; (end = pending.find('\n')) != std::string::npos;) {
        const auto reaction = react(nlohmann::json::parse(pending.substr(0, end)));
        pending.erase(0, end + 1);
        const auto sent = send(client, reaction.bytes.data(), reaction.bytes.size(), MSG_NOSIGNAL);
        if (reaction.hang_up || sent < 0) return;
      }
    }
  }

  Reaction react(const nlohmann::json& request) {
    if (request["method"] == "hello") {
      return hello_ ? hello_(request) : result_of(request, {{"protocol", 1}});
    }
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    return script_(request);
  }

  TempDir directory_;
  Script script_;
  Script hello_;
  int listener_;
  mutable std::mutex mutex_;
  int client_ = -1;                       // guarded by mutex_
  std::vector<nlohmann::json> requests_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace icure::support
