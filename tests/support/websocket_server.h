// A websocket server of one connection, driven by a script on a thread of its own. Loopback, a port
// that the kernel picks.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace icure::support {

class WebsocketServer {
 public:
  enum Opcode : unsigned char { kContinuation = 0, kText = 1, kClose = 8, kPing = 9 };
  enum class Fin { no, yes };

  /// The other end, for the script; blocking.
  class Peer {
   public:
    explicit Peer(int socket) : socket_(socket) {}

    /// The request's head.
    std::string read_request() {
      while (in_.find("\r\n\r\n") == std::string::npos && fill()) {
      }
      const auto end = in_.find("\r\n\r\n");
      auto head = in_.substr(0, end);
      in_.erase(0, end == std::string::npos ? end : end + 4);
      return head;
    }
    std::string accept() {
      auto request = read_request();
      const auto at = request.find("Sec-WebSocket-Key: ") + 19;
      const auto key = request.substr(at, request.find("\r\n", at) - at);
      write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: " +
          proof(key) + "\r\n\r\n");
      return request;
    }
    void frame(Opcode opcode, const std::string& payload, Fin fin = Fin::yes) {
      write(frame_of(opcode, payload, fin));
    }
    void text(const std::string& payload) { frame(kText, payload); }
    static std::string frame_of(Opcode opcode, const std::string& payload, Fin fin = Fin::yes) {
      std::string bytes(1, static_cast<char>(opcode | (fin == Fin::yes ? 0x80 : 0)));
      const std::size_t size = payload.size();
      const int wide = size < 126 ? 0 : size < 65536 ? 2 : 8;
      bytes += static_cast<char>(wide == 0 ? size : wide == 2 ? 126 : 127);
      for (int i = wide - 1; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i));
      return bytes + payload;
    }
    void write(const std::string& bytes) {
      for (std::size_t done = 0; done < bytes.size();) {
        const auto sent = send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent <= 0) return;
        done += static_cast<std::size_t>(sent);
      }
    }
    /// The payload of the client's next text or pong; empty when it is gone.
    std::string read_frame() {
      if (!need(2)) return {};
      std::size_t size = static_cast<unsigned char>(in_[1]) & 0x7f;
      const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (!need(2 + wide + 4)) return {};
      if (wide > 0) size = 0;
      for (std::size_t i = 0; i < wide; ++i) {
        size = size << 8 | static_cast<unsigned char>(in_[2 + i]);
      }
      const auto head = 2 + wide + 4;
      if (!need(head + size)) return {};
      const auto mask = in_.substr(2 + wide, 4);
      auto payload = in_.substr(head, size);
      for (std::size_t i = 0; i < size; ++i)
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
      in_.erase(0, head + size);
      return payload;
    }
    /// Until the client closes.
    void wait_for_end() {
      while (fill()) in_.clear();
    }

   private:
    static std::string proof(const std::string& key) {
      const auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      unsigned char digest[SHA_DIGEST_LENGTH];
      SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
      unsigned char base64[32];
      const int size = EVP_EncodeBlock(base64, digest, sizeof digest);
      return {reinterpret_cast<char*>(base64), static_cast<std::size_t>(size)};
    }
    bool need(std::size_t bytes) {
      while (in_.size() < bytes) {
        if (!fill()) return false;
      }
      return true;
    }
    bool fill() {
      char block[65536];
      const auto got = recv(socket_, block, sizeof block, 0);
      if (got > 0) in_.append(block, static_cast<std::size_t>(got));
      return got > 0;
    }

    int socket_;
    std::string in_;
  };

  explicit WebsocketServer(std::function<void(Peer&)> script)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(listener_, 8);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this, script = std::move(script)] {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      Peer peer(connection);
      script(peer);
      close(connection);
    });
  }
  ~WebsocketServer() {
    shutdown(listener_, SHUT_RDWR);  // ends an accept() that still waits
    thread_.join();
    close(listener_);
  }
  WebsocketServer(const WebsocketServer&) = delete;
  WebsocketServer& operator=(const WebsocketServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  int listener_;
  std::string url_;
  std::thread thread_;
};

}  // namespace icure::support
