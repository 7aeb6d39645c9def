// The server's socket in the file system: made with the right mode, removed only when it is dead.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/base/result.h"

namespace icure::ipc {

/// How many may wait to be accepted. Who connects to a Unix socket without patience is refused when
/// this is full, so there is room for all clients at once, however long a turn of the loop takes.
inline constexpr int kBacklog = 1024;

struct SocketFile {
  std::string path;
  mode_t mode = 0660;
  std::optional<gid_t> group = {};
};

/// A listening socket, and the file that stands for it.
class BoundSocket {
 public:
  /// Binds and listens; nobody can connect before mode and group are set. A file left by a dead
  /// server is replaced. Fails with conflict if somebody answers there, invalid if the path is too
  /// long or names something else, else io.
  static Result<BoundSocket> bind(const SocketFile& file);

  BoundSocket(BoundSocket&& other) noexcept;
  BoundSocket& operator=(BoundSocket&&) = delete;
  ~BoundSocket();  ///< Removes the file; closes the descriptor unless it was released.

  int release();  ///< The caller closes it.

 private:
  BoundSocket(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;  // empty: nothing to remove
  int fd_;
};

}  // namespace icure::ipc
