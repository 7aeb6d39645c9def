// Who is at the other end of a socket, as the kernel says.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "daemon/base/result.h"

namespace icure::ipc {

/// Taken once at accept: later changes of the process do not count.
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
  std::vector<gid_t> groups;  ///< Supplementary ones.
  std::string program;        ///< From /proc/<pid>/comm: a claim, not a proof; may be empty.
};

/// Fails with io if `fd` is not a connected Unix socket.
Result<Peer> peer_of(int fd);

}  // namespace icure::ipc
