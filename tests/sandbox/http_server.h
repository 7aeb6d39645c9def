// A port on loopback that speaks HTTP, and can be taken off the line and put back on the same
// number.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sandbox/exchange.h"

struct MHD_Daemon;

namespace icure::sandbox {

struct Tls {
  std::string certificate;  // PEM; empty: no TLS
  std::string key;
};

/// Requests are answered one after another on one thread of its own.
class HttpServer {
 public:
  HttpServer(std::string name, std::function<Reply(const Request&)> answer, Tls tls);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  Service& service() { return service_; }
  /// Port 0 picks one. False when the port cannot be had.
  bool open(std::uint16_t port);
  std::string address() const;
  /// Not from a handler of this server.
  void set_line(Line line);

 private:
  void stop();
  bool start();
  bool bind_port();

  Service service_;
  Tls tls_;
  std::uint16_t port_ = 0;
  int socket_ = -1;  // bound; -1 once the daemon owns it
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace icure::sandbox
