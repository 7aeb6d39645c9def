// A blocking Unix socket with a deadline on everything.
#pragma once
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "ipc/client/failure.h"

namespace icure::client {

using Deadline = std::chrono::steady_clock::time_point;

class Socket {
 public:
  static Result<Socket, Failure> connect(const std::string& path, Deadline deadline);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  /// Sends all, or fails with lost or timed_out.
  Result<Done, Failure> send(std::string_view bytes, Deadline deadline);
  /// At least one byte; fails with lost at the end of the stream, or timed_out.
  Result<std::size_t, Failure> receive(std::span<char> room, Deadline deadline);

 private:
  explicit Socket(int fd) : fd_(fd) {}
  Result<Done, Failure> wait_for(short events, Deadline deadline);
  int fd_;
};

}  // namespace icure::client
