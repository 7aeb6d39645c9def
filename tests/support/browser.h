// What a browser sends over loopback, header by header.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

namespace icure::support {

/// One connection. A server that says nothing for long is a failure, and no test that hangs.
class Browser {
 public:
  explicit Browser(std::uint16_t port)
      : host_("127.0.0.1:" + std::to_string(port)),
        fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser() { close(fd_); }

  bool is_connected() const { return connected_; }

  /// `headers`: each with its line end.
  void send(const std::string& line, const std::string& headers = "",
            const std::string& body = "") {
    auto text = line + " HTTP/1.1\r\nHost: " + host_ + "\r\n" + headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n" + body;
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// All that came until `end` did; up to the end of the connection if it is not there.
  std::string until(const std::string& end) {
    for (std::size_t at = 0; (at = came_.find(end)) == std::string::npos;) {
      char bytes[4096];
      const auto size = read(fd_, bytes, sizeof bytes);
      if (size <= 0) return std::exchange(came_, {});
      came_.append(bytes, static_cast<std::size_t>(size));
    }
    const auto size = came_.find(end) + end.size();
    auto text = came_.substr(0, size);
    came_.erase(0, size);
    return text;
  }
  std::string to_the_end() { return until(std::string("\0 no such text \0", 16)); }

 private:
  std::string host_;
  int fd_;
  bool connected_ = false;
  std::string came_;
};

/// The whole answer to one request.
inline std::string fetch(std::uint16_t port, const std::string& line,
                         const std::string& headers = "", const std::string& body = "") {
  Browser browser(port);
  browser.send(line, "Connection: close\r\n" + headers, body);
  return browser.to_the_end();
}

}  // namespace icure::support
