// The load of the IPC benchmark: one epoll thread, N connections with one request each in flight,
// the same code for both protocols, so that only the servers differ.
//
//   bench-load --socket PATH --protocol redis|json --clients N --seconds S --keys FILE
//              [--method user.get --param id]     (--param "": each line is all the params)
//
// Prints one JSON line: requests a second and latencies in microseconds.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string socket;
  std::string protocol = "json";
  std::string keys;
  std::string method = "user.get";
  std::string param = "id";
  int clients = 1;
  double seconds = 3;
};

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// The request for a key, made beforehand: making it is no part of what is measured.
std::string request_for(const Options& options, const std::string& key) {
  if (options.protocol == "redis") {
    return "*2\r\n$3\r\nGET\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n";
  }
  const auto params = options.param.empty() ? key : "{\"" + options.param + "\":\"" + key + "\"}";
  return R"({"jsonrpc":"2.0","id":1,"method":")" + options.method + R"(","params":)" + params +
         "}\n";
}

/// How many bytes of `data` are one whole reply; 0: more is to come.
std::size_t reply_size(const std::string& protocol, const std::string& data) {
  if (protocol == "json") {
    const auto end = data.find('\n');
    return end == std::string::npos ? 0 : end + 1;
  }
  const auto end = data.find("\r\n");
  if (end == std::string::npos) return 0;
  const auto whole = end + 2 + static_cast<std::size_t>(std::stol(data.substr(1, end))) + 2;
  return data.size() < whole ? 0 : whole;
}

struct Connection {
  int fd = -1;
  std::string data;
  Clock::time_point sent;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
  return fd;
}

class Load {
 public:
  explicit Load(const Options& options) : options_(options), epoll_(epoll_create1(0)) {
    for (const auto& key : read_lines(options.keys)) {
      requests_.push_back(request_for(options, key));
    }
    connections_.resize(static_cast<std::size_t>(options.clients));
    for (auto& each : connections_) {
      each.fd = connect_to(options.socket);
      epoll_event event{EPOLLIN, {.ptr = &each}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, each.fd, &event);
    }
  }

  void run() {
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration<double>(options_.seconds);
    for (auto& each : connections_) ask(each);
    std::vector<epoll_event> events(connections_.size());
    while (Clock::now() < end) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < ready; ++i) {
        take(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
    report(std::chrono::duration<double>(Clock::now() - begin).count());
  }

 private:
  void ask(Connection& each) {
    const auto& request = requests_[next_++ % requests_.size()];
    each.sent = Clock::now();
    if (write(each.fd, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
      fail("write");
    }
  }

  void take(Connection& each) {
    char buffer[65536];
    const auto got = read(each.fd, buffer, sizeof buffer);
    if (got <= 0) fail("the server closed the connection");
    each.data.append(buffer, static_cast<std::size_t>(got));
    const auto size = reply_size(options_.protocol, each.data);
    if (size == 0) return;
    if (size < 200) {  // an error: nothing here is that short
      std::fprintf(stderr, "not a value: %s\n", each.data.c_str());
      std::exit(1);
    }
    latencies_.push_back(
        std::chrono::duration<float, std::micro>(Clock::now() - each.sent).count());
    each.data.erase(0, size);
    ask(each);
  }

  void report(double seconds) {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [this](double share) {
      return latencies_[static_cast<std::size_t>(share *
                                                 static_cast<double>(latencies_.size() - 1))];
    };
    std::printf("{\"rps\":%.0f,\"p50_us\":%.1f,\"p95_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f}\n",
                static_cast<double>(latencies_.size()) / seconds, static_cast<double>(at(0.5)),
                static_cast<double>(at(0.95)), static_cast<double>(at(0.99)),
                static_cast<double>(at(0.999)));
  }

  const Options& options_;
  int epoll_;
  std::vector<std::string> requests_;
  std::vector<Connection> connections_;
  std::vector<float> latencies_;
  std::size_t next_ = 0;
};

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  Options options;
  CLI::App app("Load for the IPC benchmark");
  app.add_option("--socket", options.socket)->required();
  app.add_option("--protocol", options.protocol)->check(CLI::IsMember({"redis", "json"}));
  app.add_option("--clients", options.clients)->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds);
  app.add_option("--keys", options.keys)->required();
  app.add_option("--method", options.method);
  app.add_option("--param", options.param);
  CLI11_PARSE(app, argc, argv);
  Load(options).run();
}
