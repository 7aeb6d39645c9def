// Every method of the socket, in the real daemon: its app on a thread of its own, a real store in
// memory, no platform. The input is lines "METHOD PARAMS", each sent as a request when the one
// before is answered; $ITEM, $SESSION and so on stand for what an earlier answer gave.
//
// The store lives as long as the process: what an input finds there, earlier ones have left.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include "daemon/app.h"
#include "daemon/base/log.h"
#include "tests/fuzz/clinic.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace icure;
using fuzz::require;
using Json = nlohmann::json;

constexpr int kMostLines = 16;
constexpr int kLongestAnswer = 20'000;  // ms

// They write where the caller says, and a made-up path may be anybody's.
constexpr std::array<std::string_view, 2> kLeftOut = {"store.backup", "store.rekey"};

class Daemon {
 public:
  Daemon() {
    const auto at = [this](const char* name) { return (directory_.path() / name).string(); };
    std::ofstream(at("key")) << std::string(64, '7');
    std::ofstream(at("password")) << "a password";
    std::ofstream(at("config.toml"))
        << "[platform]\nurl = \"http://127.0.0.1:9\"\nlogin = \"d@clinic.test\"\n"
        << "password_file = \"" << at("password") << "\"\n[store]\ndirectory = \"" << at("store")
        << "\"\nkey_file = \"" << at("key") << "\"\n[ipc]\nsocket = \"" << socket() << "\"\n"
        << "[outbox]\nmax_items = 2000\n[log]\nlevel = \"error\"\n";
    std::promise<void> listening;
    auto begun = listening.get_future();
    thread_ = std::thread([this, &listening, file = at("config.toml")] { serve(file, listening); });
    begun.wait();
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    kill(getpid(), SIGTERM);
    thread_.join();
  }

  std::string socket() const { return (directory_.path() / "api.sock").string(); }

 private:
  static void serve(const std::string& file, std::promise<void>& listening) {
    const ConfigSources sources{file, {}};
    auto loaded = load_config(sources);
    require(bool(loaded), "the configuration of this target is valid");
    log::configure(log::Level::error, log::Format::text);
    uv_loop_t loop;
    uv_loop_init(&loop);
    {
      SystemRandom random;
      loop::SystemClock clock(loop);
      auto store = open_store(loaded->config, random, clock);
      require(bool(store), "the store can be opened");
      fuzz::move_in(store->files->mirror(), clock.wall());
      App app(loop, random, clock, sources, std::move(*loaded), std::move(*store));
      require(bool(app.listen()), "the socket can be served");
      listening.set_value();
      app.run();
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    require(uv_loop_close(&loop) == 0, "no handle outlives its owner");
  }

  support::TempDir directory_;
  std::thread thread_;
};

/// One connection.
class Client {
 public:
  explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    require(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
            "a client can connect");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(fd_); }

  /// The one answer to a request; notifications in between are checked and dropped.
  Json ask(std::string line) {
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
      const auto sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      require(sent > 0, "a request can be sent");
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    for (;;) {
      const auto text = next_line();
      auto json = Json::parse(text, nullptr, false);
      require(json.is_object() || fuzz::may_hold_huge_number(text), "an answer is JSON");
      if (json.is_discarded() || json.contains("id")) return json;
      require(json["method"] == "event", "the only notification is an event");
    }
  }

 private:
  std::string next_line() {
    for (;;) {
      if (const auto end = in_.find('\n'); end != in_.npos) {
        auto line = in_.substr(0, end);
        in_.erase(0, end + 1);
        return line;
      }
      pollfd waiting{fd_, POLLIN, 0};
      const auto ready = poll(&waiting, 1, kLongestAnswer);
      if (ready < 0 && errno == EINTR) continue;
      require(ready > 0, "each request is answered in time");
      std::array<char, 65536> bytes{};
      const auto size = recv(fd_, bytes.data(), bytes.size(), 0);
      if (size < 0 && errno == EINTR) continue;
      require(size > 0, "the connection lives");
      in_.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }

  int fd_;
  std::string in_;
};

void check_refusal(const Json& error) {
  require(error.at("code").is_number_integer(), "an error has a number");
  require(!error.at("message").get<std::string>().empty(), "an error has words");
  require(error.at("data").at("code") != "internal", "no request is a fault of ours");
}

/// What earlier answers gave, by the name that stands for it.
class Memory {
 public:
  void keep(const Json& result) {
    const auto note = [this](const char* name, const Json& from, const char* member) {
      if (from.is_object() && from.contains(member) && from[member].is_string()) {
        known_[name] = from[member].get<std::string>();
      }
    };
    note("$SESSION", result, "session");
    note("$NEXT", result, "next");
    note("$SUBSCRIPTION", result, "subscription");
    note("$FINGERPRINT", result, "fingerprint");
    if (result.contains("item")) note("$ITEM", result["item"], "id");
    if (result.contains("invitation")) note("$INVITATION", result["invitation"], "id");
  }
  std::string fill_in(std::string params) const {
    for (const auto& [name, value] : known_) {
      const auto at = params.find(name);
      if (at != params.npos) params.replace(at, name.size(), value);
    }
    return params;
  }

 private:
  std::map<std::string, std::string> known_;
};

/// Nothing if it is to be left out.
std::string request_of(std::string_view line, const Memory& memory) {
  const auto name = line.substr(0, line.find(' '));
  if (name.empty() || std::find(kLeftOut.begin(), kLeftOut.end(), name) != kLeftOut.end())
    return {};
  for (const char c : name) {
    if (c != '.' && !std::isalpha(static_cast<unsigned char>(c))) return {};
  }
  std::string params(line.substr(std::min(name.size() + 1, line.size())));
  if (params.empty()) params = "{}";
  return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(name) + R"(","params":)" +
         memory.fill_in(std::move(params)) + "}";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Daemon daemon;
  auto text = fuzz::text_of(data, size);
  Client client(daemon.socket());
  Memory memory;
  for (int i = 0; i < kMostLines && !text.empty(); ++i) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto request = request_of(line, memory);
    if (request.empty()) continue;
    const auto answer = client.ask(std::move(request));
    if (!answer.is_object()) continue;
    require(answer.contains("result") != answer.contains("error"), "a result, or an error");
    if (answer.contains("error")) {
      check_refusal(answer["error"]);
    } else if (answer["result"].is_object()) {
      memory.keep(answer["result"]);
    }
  }
  return 0;
}
