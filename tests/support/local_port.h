// A port of this machine that the system chose, and a server on it that says what the test says.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace icure::support {

class LocalPort {
 public:
  LocalPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    name = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    url = "http://" + name;
  }
  LocalPort(const LocalPort&) = delete;
  LocalPort& operator=(const LocalPort&) = delete;
  ~LocalPort() { close(socket_); }
  int socket() const { return socket_; }
  std::string name;
  std::string url;

 private:
  int socket_;
};

/// Serves one connection after another, each as `serve` does it.
class LocalServer {
 public:
  explicit LocalServer(std::function<void(int peer)> serve) : serve_(std::move(serve)) {
    EXPECT_EQ(listen(port_.socket(), 8), 0);
    thread_ = std::thread([this] {
      for (int peer = accept(port_.socket(), nullptr, nullptr); peer >= 0;
           peer = accept(port_.socket(), nullptr, nullptr)) {
        hold(peer);
        serve_(peer);
        hold(-1);
        close(peer);
      }
    });
  }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;
  ~LocalServer() {
    shutdown(port_.socket(), SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      if (peer_ >= 0) shutdown(peer_, SHUT_RDWR);  // a client may keep it for its next request
    }
    thread_.join();
  }
  const std::string& url() const { return port_.url; }
  const std::string& name() const { return port_.name; }

 private:
  void hold(int peer) {
    const std::lock_guard lock(mutex_);
    peer_ = peer;
    if (ended_ && peer_ >= 0) shutdown(peer_, SHUT_RDWR);
  }

  LocalPort port_;
  std::function<void(int)> serve_;
  std::mutex mutex_;
  int peer_ = -1;       // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// Answers each request with the same bytes and closes; without any it keeps silent until the other
/// end gives up.
class SameAnswerServer {
 public:
  explicit SameAnswerServer(std::string answer) : answer_(std::move(answer)) {}
  const std::string& url() const { return server_.url(); }
  const std::string& name() const { return server_.name(); }
  /// The head of the last request.
  std::string seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void serve(int peer) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto got = recv(peer, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    {
      const std::lock_guard lock(mutex_);
      seen_ = std::move(request);
    }
    for (std::size_t at = 0; at < answer_.size();) {
      const auto sent = send(peer, answer_.data() + at, answer_.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
    if (!answer_.empty()) shutdown(peer, SHUT_WR);
    while (recv(peer, buffer, sizeof buffer, 0) > 0) continue;
  }

  const std::string answer_;
  std::mutex mutex_;
  std::string seen_;  // guarded by mutex_
  LocalServer server_{[this](int peer) { serve(peer); }};
};

}  // namespace icure::support
