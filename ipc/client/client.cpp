#include "ipc/client/client.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "ipc/client/reply.h"
#include "ipc/client/socket.h"
#include "ipc/frame.h"

namespace icure::client {
namespace {

constexpr int kProtocol = 1;
// max_message bounds requests only; this ends a stream that is not ours at all.
constexpr std::size_t kLongestAnswer = std::size_t{1024} * 1024 * 1024;

std::string line_of(std::int64_t id, std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":)";
  line += nlohmann::json(method).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  line.append(R"(,"params":)").append(params).append("}\n");
  return line;
}

Failure not_ours() {
  Failure failure;
  failure.trouble = Trouble::lost;
  failure.word = "internal";
  failure.message = "what answers on the socket does not speak JSON-RPC";
  failure.hint = "is this the daemon's socket?";
  return failure;
}

Failure gone() {
  Failure failure;
  failure.trouble = Trouble::lost;
  failure.word = "unavailable";
  failure.message = "the connection on which this was asked is gone";
  failure.retryable = true;
  return failure;
}

std::optional<std::int64_t> number(const std::string& id) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return value;
}

Client::Called called(Reply reply) {
  if (reply.failure) return *std::move(reply.failure);
  return std::move(reply.text);
}

}  // namespace

struct Client::Connection {
  explicit Connection(Socket s) : socket(std::move(s)) {}
  Socket socket;
  ipc::LineBuffer in{kLongestAnswer};
  std::map<std::int64_t, Reply> early;  // answers that somebody else waits for
};

Client::Client(Options options) : options_(std::move(options)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Client::Called Client::call(std::string_view method, std::string_view params) {
  const auto id = send(method, params);
  if (!id) return id.error();
  return wait(*id);
}

Result<std::int64_t, Failure> Client::send(std::string_view method, std::string_view params) {
  const auto until = deadline();
  for (bool fresh = !connection_;; fresh = true) {
    if (!connection_) {
      if (auto connected = connect(until); !connected) return connected.error();
    }
    const auto line = line_of(++last_id_, method, params);
    auto sent = connection_->socket.send(line, until);
    if (sent) return last_id_;
    // The end of the line was not taken, so nothing of the call was: a daemon that was restarted
    // in the meantime gets it once more.
    connection_.reset();
    if (fresh || sent.error().trouble != Trouble::lost) return sent.error();
  }
}

Result<Done, Failure> Client::connect(Deadline until) {
  auto socket = Socket::connect(options_.socket, until);
  if (!socket) return socket.error();
  connection_ = std::make_unique<Connection>(*std::move(socket));
  nlohmann::json hello = {{"client", options_.client}, {"protocol", kProtocol}};
  if (!options_.actor.empty()) hello["actor"] = options_.actor;
  const auto id = ++last_id_;
  const auto line =
      line_of(id, "hello", hello.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  // A daemon that has too many clients says so and closes, perhaps before it is greeted: whether
  // this succeeds does not matter, only what comes back.
  (void)connection_->socket.send(line, until);
  if (auto greeted = wait(id, until); !greeted) {
    connection_.reset();
    return greeted.error();
  }
  return Done{};
}

Client::Called Client::wait(std::int64_t id) {
  if (connection_) return wait(id, deadline());
  return gone();
}

Result<Notification, Failure> Client::listen() {
  for (;;) {
    auto told = listen(std::chrono::hours(1));
    if (told || told.error().trouble != Trouble::timed_out) return told;
  }
}

Result<Notification, Failure> Client::listen(Millis patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (connection_) {
    auto reply = receive(until);
    if (!reply) {
      if (reply.error().trouble != Trouble::timed_out) connection_.reset();
      return reply.error();
    }
    if (reply->id.empty()) return Notification{std::move(reply->method), std::move(reply->text)};
  }
  return gone();
}

Client::Called Client::wait(std::int64_t id, Deadline until) {
  for (;;) {
    if (auto early = connection_->early.extract(id)) return called(std::move(early.mapped()));
    auto reply = receive(until);
    if (!reply) {
      connection_.reset();
      return reply.error();
    }
    if (reply->id.empty()) {
      if (on_notification) on_notification(reply->method, reply->text);
      continue;
    }
    const auto answered = number(reply->id);
    // Without an id it is about what was sent last, as far as one can know.
    if (!answered || *answered == id) return called(*std::move(reply));
    connection_->early.emplace(*answered, *std::move(reply));
  }
}

Result<Reply, Failure> Client::receive(Deadline until) {
  auto& in = connection_->in;
  for (;;) {
    if (const auto line = in.next()) {
      auto reply = parse_reply(*line);
      if (!reply) return not_ours();
      return *std::move(reply);
    }
    if (in.overlong()) return not_ours();
    const auto size = connection_->socket.receive(in.room(), until);
    if (!size) return size.error();
    in.filled(*size);
  }
}

}  // namespace icure::client
