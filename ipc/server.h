// The server on the Unix socket: listens, admits clients, stops in good order.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/loop/handle.h"
#include "ipc/connection.h"
#include "ipc/socket_file.h"
#include "ipc/turn.h"

namespace icure::ipc {

struct ServerOptions {
  std::size_t max_message = std::size_t{4} * 1024 * 1024;  ///< Bytes of one line.
  std::size_t max_clients = 256;  ///< kReservedClients of them for root and `own_uid`.
  uid_t own_uid = 0;              ///< Admin without a rule, as root is.
};

inline constexpr std::size_t kReservedClients = 4;

/// Loop thread only. What it refers to must outlive it; to be destroyed after stop() has reported,
/// or without ever having listened.
class Server {
 public:
  /// `end_of_turn` runs after each turn of the loop in which requests were begun, when their
  /// answers have left; may be empty.
  Server(uv_loop_t& loop, Clock& clock, const Methods& methods, ServerOptions options,
         std::function<void()> end_of_turn);

  /// Makes the socket file and listens. Fails with conflict if somebody answers there already,
  /// invalid if the path will not do, else io.
  Result<Done> listen(const SocketFile& file);
  /// Listens on a socket that somebody else made, such as systemd; the file stays theirs.
  Result<Done> listen(int fd);

  /// Is told of every call from now on; outlives this.
  void add_observer(Observer& observer) { service_.observers.push_back(&observer); }

  /// Applies to connected clients at once.
  void set_rules(std::vector<AccessRule> rules);

  /// Listens no more, reads no more, requests Caller::stop, lets running calls answer, closes.
  /// `on_stopped` is called once; it must not destroy the server itself.
  void stop(std::function<void()> on_stopped);

  std::size_t clients() const { return connections_.size(); }

 private:
  Result<Done> serve(int fd);
  void admit();

  uv_loop_t& loop_;
  ServerOptions options_;
  Turn turn_;
  Service service_;  // its scopes outlive the connections
  std::vector<AccessRule> rules_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  loop::UniqueHandle<uv_pipe_t> listener_;
  std::optional<BoundSocket> bound_;  // ours to remove at the end
};

}  // namespace icure::ipc
