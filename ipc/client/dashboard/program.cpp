#include "ipc/client/dashboard/program.h"

#include <cstdlib>
#include <ostream>

#include "ipc/client/dashboard/dashboard.h"
#include "ipc/client/dashboard/http_server.h"

namespace icure::dashboard {
namespace {

constexpr Millis kPatience{10'000};  // with the daemon; a person waits behind it

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, each);
  return signals;
}

void tell(std::ostream& out, const std::string& link, bool json) {
  if (json) {
    out << R"({"schema":1,"url":")" << link << "\"}\n" << std::flush;
  } else {
    out << "Open this in a browser on this machine. It works once:\n\n  " << link
        << "\n\nCtrl-C ends it.\n"
        << std::flush;
  }
}

}  // namespace

void wait_for_end(const Activity& activity, std::chrono::nanoseconds idle,
                  const sigset_t& signals) {
  for (;;) {
    const auto left = activity.last() + idle - std::chrono::steady_clock::now();
    if (left.count() < 1) return;
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec time{whole.count(), (left - whole).count()};
    if (sigtimedwait(&signals, nullptr, &time) > 0) return;
  }
}

int run(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  if (words.size() != 4) {
    err << "icurectl-dashboard: run \"icurectl dashboard\"\n";
    return 2;
  }
  // Blocked before any thread starts, so that every one of them leaves these to us.
  const auto signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a browser that goes away

  client::Options options;
  options.socket = words[0];
  options.client = "icurectl dashboard";
  options.timeout = kPatience;

  HttpServer server;
  const auto port = server.bind(static_cast<std::uint16_t>(std::atoi(words[1].c_str())));
  if (!port) {
    err << "icurectl: port " << words[1] << " of 127.0.0.1 cannot be had\n"
        << "  leave --port out, or name another one\n";
    return 1;
  }
  SystemRandom random;
  Gate gate(*port, random);
  Activity activity;
  Dashboard page(options, gate, activity, random);
  const auto handler = [&page](const Request& request) { return page.answer(request); };
  if (!server.start(handler)) {
    err << "icurectl: the dashboard cannot start\n";
    return 1;
  }
  tell(out, gate.link(), words[3] == "json");
  wait_for_end(activity, std::chrono::seconds(std::atoll(words[2].c_str())), signals);
  activity.end();
  // Whoever waits for a call is waited for; a second Ctrl-C does not.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return 0;
}

}  // namespace icure::dashboard
