#include "ipc/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace icure::ipc {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int new_socket() {
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

Error failed(const std::string& path, const char* what) {
  return {Code::io, path + ": " + what + ": " + std::generic_category().message(errno)};
}

sockaddr* generic(sockaddr_un& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

// Only a socket that nobody answers on may go.
Result<Done> clear_the_way(const std::string& path, sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return Done{};
    return failed(path, "cannot look at it");
  }
  if (!S_ISSOCK(found.st_mode)) {
    return Error{Code::invalid, path + " exists and is not a socket", "choose another path"};
  }
  const Descriptor probe(new_socket());
  const int rc = connect(probe.get(), generic(address), sizeof address);
  if (rc == 0 || errno == EAGAIN) {
    return Error{Code::conflict, path + ": another daemon answers here", "stop it first"};
  }
  if (errno != ECONNREFUSED) return failed(path, "cannot tell whether it is in use");
  if (unlink(path.c_str()) != 0) return failed(path, "cannot remove the old socket");
  return Done{};
}

}  // namespace

Result<BoundSocket> BoundSocket::bind(const SocketFile& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (file.path.empty() || file.path.size() >= sizeof address.sun_path) {
    return Error{Code::invalid, "the socket's path must have 1 to " +
                                    std::to_string(sizeof address.sun_path - 1) + " characters"};
  }
  std::memcpy(address.sun_path, file.path.c_str(), file.path.size() + 1);
  if (auto cleared = clear_the_way(file.path, address); !cleared) return cleared.error();

  Descriptor fd(new_socket());
  if (fd.get() < 0) return failed(file.path, "cannot make a socket");
  if (::bind(fd.get(), generic(address), sizeof address) != 0) {
    return failed(file.path, "cannot bind");
  }
  BoundSocket bound(file.path, fd.release());  // from here on the file is ours to remove
  // Before listen() every connect is refused, so nobody comes in under the wrong mode.
  if (file.group && lchown(file.path.c_str(), static_cast<uid_t>(-1), *file.group) != 0) {
    return failed(file.path, "cannot set its group");
  }
  if (chmod(file.path.c_str(), file.mode) != 0) return failed(file.path, "cannot set its mode");
  if (listen(bound.fd_, kBacklog) != 0) return failed(file.path, "cannot listen");
  return bound;
}

BoundSocket::BoundSocket(BoundSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::exchange(other.fd_, -1)) {}

// The file first: once we no longer listen, another daemon may put its own there.
BoundSocket::~BoundSocket() {
  if (!path_.empty()) unlink(path_.c_str());
  if (fd_ >= 0) close(fd_);
}

int BoundSocket::release() {
  return std::exchange(fd_, -1);
}

}  // namespace icure::ipc
