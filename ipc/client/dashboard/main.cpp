// icurectl-dashboard SOCKET PORT IDLE_SECONDS text|json: what "icurectl dashboard" becomes. A
// program of its own, since loading the library behind HTTP would nearly double what every other
// command takes.
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "ipc/client/dashboard/dashboard.h"
#include "ipc/client/dashboard/http_server.h"

namespace {

using namespace icure;  // NOLINT(google-build-using-namespace): a main, not a header

constexpr Millis kPatience{10'000};  // with the daemon; a person waits behind it

/// Until a signal ends it, or nobody looked for so long.
void wait_for_end(dashboard::Activity& activity, std::chrono::seconds idle,
                  const sigset_t& signals) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(activity.last() + idle -
                                                              std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const timespec time{left.count(), 0};
    if (sigtimedwait(&signals, nullptr, &time) > 0) return;
  }
}

void tell(const std::string& link, bool json) {
  if (json) {
    std::cout << R"({"schema":1,"url":")" << link << "\"}\n" << std::flush;
  } else {
    std::cout << "Open this in a browser on this machine. It works once:\n\n  " << link
              << "\n\nCtrl-C ends it.\n"
              << std::flush;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "icurectl-dashboard: run \"icurectl dashboard\"\n";
    return 2;
  }
  // Blocked before any thread starts, so that every one of them leaves these to us.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a browser that goes away

  client::Options options;
  options.socket = argv[1];
  options.client = "icurectl dashboard";
  options.timeout = kPatience;
  const std::chrono::seconds idle(std::atoll(argv[3]));

  dashboard::HttpServer server;
  const auto port = server.bind(static_cast<std::uint16_t>(std::atoi(argv[2])));
  if (!port) {
    std::cerr << "icurectl: port " << argv[2] << " of 127.0.0.1 cannot be had\n"
              << "  leave --port out, or name another one\n";
    return 1;
  }
  SystemRandom random;
  dashboard::Gate gate(*port, random);
  dashboard::Activity activity;
  dashboard::Dashboard page(options, gate, activity, random);
  const auto handler = [&page](const dashboard::Request& request) { return page.answer(request); };
  if (!server.start(handler)) {
    std::cerr << "icurectl: the dashboard cannot start\n";
    return 1;
  }
  tell(gate.link(), std::string_view(argv[4]) == "json");
  wait_for_end(activity, idle, signals);
  activity.end();
  // Whoever waits for a call is waited for; a second Ctrl-C does not.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return 0;
}
