#include "ipc/client/dashboard/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace icure::dashboard {
namespace {

constexpr int kBacklog = 64;
constexpr unsigned kConnections = 64;
constexpr unsigned kIdleSeconds = 60;  // of a connection; events have a heartbeat
constexpr std::size_t kLargestBody = 64U << 10;
constexpr std::size_t kBlock = 16U << 10;

struct Exchange {
  Request request;
  bool read = false;  // the head was
};

/// A header that stands twice has the value of neither.
MHD_Result add_header(void* request, MHD_ValueKind, const char* name, const char* value) {
  std::string key = name;
  for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  auto& text = static_cast<Request*>(request)->headers[key];
  text += (text.empty() ? "" : ", ") + std::string(value == nullptr ? "" : value);
  return MHD_YES;
}

MHD_Result add_argument(void* request, MHD_ValueKind, const char* name, const char* value) {
  static_cast<Request*>(request)->query[name] = value == nullptr ? "" : value;
  return MHD_YES;
}

/// A stream as the library reads it: piece by piece into a room of its own.
struct Reading {
  std::unique_ptr<Stream> stream;
  std::string rest = {};
};

ssize_t read_stream(void* reading, std::uint64_t, char* room, std::size_t size) {
  auto& [stream, rest] = *static_cast<Reading*>(reading);
  if (rest.empty()) rest = stream->next();
  if (rest.empty()) return MHD_CONTENT_READER_END_OF_STREAM;
  const auto count = std::min(size, rest.size());
  rest.copy(room, count);
  rest.erase(0, count);
  return static_cast<ssize_t>(count);
}

void end_stream(void* reading) {
  delete static_cast<Reading*>(reading);
}

MHD_Result send(MHD_Connection* connection, Answer answer) {
  MHD_Response* response = nullptr;
  if (answer.stream) {
    response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, kBlock, &read_stream, new Reading{std::move(answer.stream)}, &end_stream);
  } else {
    response = MHD_create_response_from_buffer(answer.body.size(), answer.body.data(),
                                               MHD_RESPMEM_MUST_COPY);
  }
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", answer.type.c_str());
  for (const auto& [name, value] : answer.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  const auto queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

/// The library calls this with the head, then for each part of the body, then to answer.
MHD_Result step(void* handler, MHD_Connection* connection, const char* path, const char* method,
                const char*, const char* data, std::size_t* size, void** state) {
  if (*state == nullptr) *state = new Exchange;
  auto& exchange = *static_cast<Exchange*>(*state);
  auto& request = exchange.request;
  if (!exchange.read) {
    exchange.read = true;
    request.method = method;
    request.path = path;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &request);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_argument, &request);
    return MHD_YES;
  }
  if (*size > 0) {
    request.too_long = request.too_long || request.body.size() + *size > kLargestBody;
    if (request.too_long) {
      request.body.clear();
    } else {
      request.body.append(data, *size);
    }
    *size = 0;
    return MHD_YES;
  }
  return send(connection, (*static_cast<HttpServer::Handler*>(handler))(request));
}

void end(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Exchange*>(*state);
  *state = nullptr;
}

}  // namespace

HttpServer::~HttpServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  if (socket_ >= 0) ::close(socket_);
}

std::optional<std::uint16_t> HttpServer::bind(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;  // a port that was ours a moment ago is to be had again
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(socket_, raw, size) != 0 || ::listen(socket_, kBacklog) != 0 ||
      ::getsockname(socket_, raw, &size) != 0) {
    return std::nullopt;
  }
  return ntohs(address.sin_port);
}

bool HttpServer::start(Handler handler) {
  handler_ = std::move(handler);
  daemon_ = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, nullptr,
      nullptr, &step, &handler_, MHD_OPTION_LISTEN_SOCKET, socket_, MHD_OPTION_CONNECTION_LIMIT,
      kConnections, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_NOTIFY_COMPLETED, &end,
      nullptr, MHD_OPTION_END);
  if (daemon_ == nullptr) return false;
  socket_ = -1;
  return true;
}

}  // namespace icure::dashboard
