#include "tests/sandbox/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace icure::sandbox {
namespace {

constexpr int kBacklog = 511;
constexpr unsigned kConnections = 4096;
constexpr std::size_t kConnectionMemory = 256U << 10;
constexpr unsigned kIdleSeconds = 300;

MHD_Result accept_client(void* service, const sockaddr*, socklen_t) {
  return static_cast<Service*>(service)->line == Line::drop ? MHD_NO : MHD_YES;
}

void* begin(void* service, const char* target, MHD_Connection*) {
  return new Exchange(*static_cast<Service*>(service), target);
}

MHD_Result step(void*, MHD_Connection* connection, const char*, const char* method, const char*,
                const char* data, std::size_t* size, void** exchange) {
  return static_cast<Exchange*>(*exchange)->step(connection, method, data, size);
}

void end(void*, MHD_Connection*, void** exchange, MHD_RequestTerminationCode) {
  delete static_cast<Exchange*>(*exchange);
  *exchange = nullptr;
}

// Targets are decoded by us, so that an encoded slash in an id stays part of the id.
std::size_t leave_encoded(void*, MHD_Connection*, char* text) {
  return std::char_traits<char>::length(text);
}

}  // namespace

HttpServer::HttpServer(std::string name, std::function<Reply(const Request&)> answer, Tls tls)
    : tls_(std::move(tls)) {
  service_.name = std::move(name);
  service_.answer = std::move(answer);
}

HttpServer::~HttpServer() {
  stop();
}

bool HttpServer::open(std::uint16_t port) {
  port_ = port;
  return bind_port() && start();
}

std::string HttpServer::address() const {
  return (tls_.certificate.empty() ? "http" : "https") + std::string("://127.0.0.1:") +
         std::to_string(port_);
}

bool HttpServer::bind_port() {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  socklen_t size = sizeof address;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  return true;
}

bool HttpServer::start() {
  if (listen(socket_, kBacklog) != 0) return false;
  std::vector<MHD_OptionItem> options = {
      {MHD_OPTION_LISTEN_SOCKET, socket_, nullptr},
      {MHD_OPTION_CONNECTION_LIMIT, kConnections, nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, nullptr},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&begin), &service_},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(&end), nullptr},
      {MHD_OPTION_UNESCAPE_CALLBACK, reinterpret_cast<intptr_t>(&leave_encoded), nullptr},
  };
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE;
  if (!tls_.certificate.empty()) {
    flags |= MHD_USE_TLS;
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls_.certificate.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls_.key.data()});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  service_.parking.reopen();
  if (service_.starting) service_.starting();
  daemon_ = MHD_start_daemon(flags, 0, &accept_client, &service_, &step, &service_,
                             MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
  if (daemon_ != nullptr) socket_ = -1;
  return daemon_ != nullptr;
}

void HttpServer::stop() {
  if (daemon_ != nullptr) {
    service_.parking.close();
    if (service_.stopping) service_.stopping();
    MHD_stop_daemon(daemon_);
    daemon_ = nullptr;
  }
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

void HttpServer::set_line(Line line) {
  const Line before = service_.line.exchange(line);
  // Whoever is connected when the line begins to hang stays connected; any other change closes all
  // connections.
  if (line == before) return;
  if (line == Line::hang && before == Line::up) {
    if (service_.hanging) service_.hanging();
    return;
  }
  stop();
  // While refused the port stays bound but does not listen, so that nobody else is given it.
  while (!bind_port()) {
    close(socket_);
    std::this_thread::yield();
  }
  if (line != Line::refuse) start();
}

}  // namespace icure::sandbox
