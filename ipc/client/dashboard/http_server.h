// HTTP on loopback, for one person's browser: libmicrohttpd, a thread for each connection.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "ipc/client/dashboard/request.h"

struct MHD_Daemon;

namespace icure::dashboard {

class HttpServer {
 public:
  /// Called on the connection's thread; may wait.
  using Handler = std::function<Answer(const Request&)>;

  HttpServer() = default;
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes a port of 127.0.0.1; 0 picks one. Nothing if it cannot be had.
  std::optional<std::uint16_t> bind(std::uint16_t port);
  /// After bind(). False if it cannot run.
  bool start(Handler handler);

 private:
  int socket_ = -1;  ///< Bound; -1 once the library owns it.
  Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace icure::dashboard
