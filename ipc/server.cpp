#include "ipc/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "daemon/base/log.h"

namespace icure::ipc {
namespace {

constexpr Millis kLastWords{1'000};  // for a client to read its last answers when we stop

int descriptor(uv_pipe_t* pipe) {
  int fd = -1;
  uv_fileno(reinterpret_cast<uv_handle_t*>(pipe), &fd);
  return fd;
}

// One line and no more: what the kernel does not take at once is not worth waiting for.
void turn_away(uv_pipe_t* pipe) {
  std::string line;
  append_error(line, "null",
               RpcError(kApplicationError,
                        Error{Code::unavailable, "too many clients are connected",
                              "close connections that are idle, or raise max_clients in [ipc]",
                              Millis(1000)}));
  uv_buf_t buffer = uv_buf_init(line.data(), static_cast<unsigned>(line.size()));
  uv_try_write(reinterpret_cast<uv_stream_t*>(pipe), &buffer, 1);
}

loop::UniqueHandle<uv_pipe_t> make_pipe(uv_loop_t& loop) {
  return loop::make_handle<uv_pipe_t>(
      loop, [](uv_loop_t* on, uv_pipe_t* pipe) { return uv_pipe_init(on, pipe, 0); });
}

}  // namespace

Server::Server(uv_loop_t& loop, Clock& clock, const Methods& methods, ServerOptions options,
               std::function<void()> end_of_turn)
    : loop_(loop),
      options_(options),
      turn_(loop, std::move(end_of_turn)),
      service_{methods, clock, turn_, options.max_message,
               [this](Connection& closed) { connections_.erase(&closed); }} {
  // libuv writes with write(2): a client that left must be an error, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

Result<Done> Server::listen(const SocketFile& file) {
  auto bound = BoundSocket::bind(file);
  if (!bound) return bound.error();
  bound_.emplace(*std::move(bound));
  return serve(bound_->release());
}

Result<Done> Server::listen(int fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX ||
      getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    return Error{Code::invalid, "the socket that was passed is not a Unix stream socket",
                 "the socket unit needs ListenStream= with a path"};
  }
  return serve(fd);
}

Result<Done> Server::serve(int fd) {
  listener_ = make_pipe(loop_);
  listener_->data = this;
  int rc = uv_pipe_open(listener_.get(), fd);
  if (rc != 0) ::close(fd);  // after an open the handle closes it
  if (rc == 0) {
    rc = uv_listen(reinterpret_cast<uv_stream_t*>(listener_.get()), kBacklog,
                   [](uv_stream_t* on, int status) {
                     if (status == 0) static_cast<Server*>(on->data)->admit();
                   });
  }
  if (rc != 0) return Error{Code::io, std::string("cannot listen: ") + uv_strerror(rc)};
  return Done{};
}

void Server::admit() {
  auto pipe = make_pipe(loop_);
  if (uv_accept(reinterpret_cast<uv_stream_t*>(listener_.get()),
                reinterpret_cast<uv_stream_t*>(pipe.get())) != 0) {
    return;
  }
  auto peer = peer_of(descriptor(pipe.get()));
  if (!peer) return log::warning("a client was turned away: {}", peer.error().message);
  const bool reserved = peer->uid == 0 || peer->uid == options_.own_uid;
  const auto open_to_all = options_.max_clients - std::min(options_.max_clients, kReservedClients);
  if (connections_.size() >= (reserved ? options_.max_clients : open_to_all)) {
    log::warning("a client of uid {} was turned away: {} are connected", peer->uid,
                 connections_.size());
    return turn_away(pipe.get());
  }
  auto caller = std::make_shared<Caller>();
  caller->grant = grant_for(*peer, rules_, options_.own_uid);
  caller->client = peer->program;
  caller->peer = *std::move(peer);
  caller->stop = service_.calls.token();
  auto connection = std::make_shared<Connection>(service_, std::move(pipe), std::move(caller));
  connection->caller().pour_feed = [weak = std::weak_ptr(connection)] {
    if (const auto open = weak.lock()) open->pour_later();
  };
  connections_.emplace(connection.get(), connection);
  connection->serve();
}

void Server::set_rules(std::vector<AccessRule> rules) {
  rules_ = std::move(rules);
  for (const auto& [connection, kept] : connections_) {
    auto& caller = connection->caller();
    caller.grant = grant_for(caller.peer, rules_, options_.own_uid);
  }
}

void Server::stop(std::function<void()> on_stopped) {
  bound_.reset();  // the file goes before the socket closes
  listener_.reset();
  for (const auto& [connection, kept] : connections_) connection->drain();
  service_.calls.drain([this, told = std::move(on_stopped)]() mutable {
    for (const auto& [connection, kept] : connections_) connection->close_within(kLastWords);
    service_.watches.drain(std::move(told));
  });
}

}  // namespace icure::ipc
