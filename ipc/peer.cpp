#include "ipc/peer.h"

#include <sys/socket.h>

#include <cerrno>
#include <fstream>

namespace icure::ipc {
namespace {

// The kernel copies whole lists only and tells the size it wants: ask twice at most.
bool read_groups(int fd, std::vector<gid_t>& groups) {
  groups.resize(32);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    groups.resize(size / sizeof(gid_t));
    if (rc == 0) return true;
    if (errno != ERANGE) return false;
  }
  return false;
}

}  // namespace

Result<Peer> peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return Error{Code::io, "the kernel does not say who the peer is"};
  }
  Peer peer{.uid = credentials.uid,
            .gid = credentials.gid,
            .pid = credentials.pid,
            .groups = {},
            .program = {}};
  if (!read_groups(fd, peer.groups)) return Error{Code::io, "the peer's groups are unknown"};
  std::ifstream comm("/proc/" + std::to_string(peer.pid) + "/comm");
  std::getline(comm, peer.program);
  // A process may call itself anything; this ends up in logs.
  for (auto& c : peer.program) {
    if (c < ' ' || c > '~') c = '?';
  }
  return peer;
}

}  // namespace icure::ipc
