#include "ipc/client/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace icure::client {
namespace {

Failure local(Trouble trouble, std::string word, std::string message, std::string hint) {
  Failure failure;
  failure.trouble = trouble;
  failure.word = std::move(word);
  failure.message = std::move(message);
  failure.hint = std::move(hint);
  failure.retryable = trouble != Trouble::not_allowed;
  return failure;
}

Failure lost() {
  return local(Trouble::lost, "unavailable", "the daemon ended the connection",
               "look at its log (journalctl -u icure-syncd), then try again");
}

Failure timed_out() {
  return local(Trouble::timed_out, "unavailable", "the daemon did not answer in time",
               "try again, or allow more time");
}

Failure cannot_connect(const std::string& path, int error) {
  const auto words = path + ": " + std::generic_category().message(error);
  if (error == EACCES || error == EPERM) {
    return local(Trouble::not_allowed, "forbidden", words,
                 "join the group that owns the socket, or ask an administrator");
  }
  if (error == EAGAIN) return timed_out();
  return local(Trouble::unreachable, "unavailable", words,
               "is the daemon running (systemctl status icure-syncd), and is this its socket?");
}

Millis left_until(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(Millis(0), std::chrono::ceil<Millis>(left));
}

}  // namespace

Result<Socket, Failure> Socket::connect(const std::string& path, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return cannot_connect(path, ENAMETOOLONG);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Socket made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.fd_ < 0) return cannot_connect(path, errno);
  // Connecting to a Unix socket waits only while its backlog is full, and cannot be polled for.
  const auto left = std::max(Millis(1), left_until(deadline));
  const timeval patience{left.count() / 1000, left.count() % 1000 * 1000};
  setsockopt(made.fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(made.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return cannot_connect(path, errno);
  }
  fcntl(made.fd_, F_SETFL, O_NONBLOCK);
  return made;
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

Result<Done, Failure> Socket::wait_for(short events, Deadline deadline) {
  pollfd wanted{fd_, events, 0};
  // A signal that interrupts is none of our business; the deadline is.
  for (;;) {
    const auto left = std::min<std::int64_t>(left_until(deadline).count(), 3'600'000);
    const int ready = poll(&wanted, 1, static_cast<int>(left));
    if (ready > 0) return Done{};
    if (ready == 0 && left_until(deadline) == Millis(0)) return timed_out();
    if (ready < 0 && errno != EINTR) return lost();
  }
}

Result<Done, Failure> Socket::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return lost();
    if (auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
  }
  return Done{};
}

Result<std::size_t, Failure> Socket::receive(std::span<char> room, Deadline deadline) {
  for (;;) {
    const auto size = recv(fd_, room.data(), room.size(), 0);
    if (size > 0) return static_cast<std::size_t>(size);
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) return lost();
    if (auto ready = wait_for(POLLIN, deadline); !ready) return ready.error();
  }
}

}  // namespace icure::client
