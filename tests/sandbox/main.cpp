// Starts the stand-in platform, its gateway and the control port, says where they are, and serves
// until told to stop.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/sandbox/control.h"
#include "tests/sandbox/gateway.h"
#include "tests/sandbox/http_server.h"
#include "tests/sandbox/platform.h"

namespace icure::sandbox {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int serve(const Options& options) {
  World world(options);
  Journal journal;
  Faults faults;
  Notifier notifier{std::chrono::seconds(options.ping_seconds)};
  for (const Kind kind : kKinds)
    world.documents.table(kind).listen(
        [&notifier](const Row& row, Change change) { notifier.tell(row, change); });
  Platform platform(world);
  platform.routes().add("GET", "/ws/v2/notification/subscribe",
                        [&notifier](const Call& call) { return notifier.handshake(call); });
  Gateway gateway(world);
  const Tls tls{file_text(options.tls_cert), file_text(options.tls_key)};
  HttpServer platform_server(
      "platform", [&](const Request& request) { return platform.answer(request); }, tls);
  HttpServer gateway_server(
      "gateway", [&](const Request& request) { return gateway.answer(request); }, tls);
  for (HttpServer* server : {&platform_server, &gateway_server}) {
    server->service().journal = &journal;
    server->service().faults = &faults;
    server->service().compress = !options.no_gzip;
  }
  platform_server.service().stopping = [&notifier] { notifier.close(); };
  platform_server.service().hanging = [&notifier] { notifier.hang(); };
  platform_server.service().starting = [&notifier] { notifier.reopen(); };
  Bench bench{world, journal, faults, platform_server, gateway_server, notifier};
  Routes controls;
  add_data_controls(controls, bench);
  add_line_controls(controls, bench);
  add_people_controls(controls, bench);
  add_live_controls(controls, bench);
  HttpServer control_server(
      "control", [&](const Request& request) { return controls.answer(request, {}); }, {});
  if (options.replay) platform.warm_up();
  const auto complain = [] {
    std::cerr << "icure-sandbox: cannot listen on a port asked for, or the TLS files are unfit\n";
    return 1;
  };
  if (!platform_server.open(options.port) || !gateway_server.open(options.gateway_port))
    return complain();
  nlohmann::ordered_json hello = {{"platform", platform_server.address()},
                                  {"gateway", gateway_server.address()}};
  // The control port comes last: from then on its thread may stop and start the other two.
  if (!control_server.open(options.control_port)) return complain();
  hello["control"] = control_server.address();
  hello["login"] = options.login;
  hello["password"] = options.password;
  hello["userId"] = world.own_user();
  hello["dataOwnerId"] = world.own_hcp();
  hello["groupId"] = world.population.group_id();
  std::cout << hello.dump() << std::endl;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  int signal_number = 0;
  sigwait(&stop, &signal_number);
  return 0;
}

}  // namespace
}  // namespace icure::sandbox

int main(int argc, char** argv) try {
  using icure::sandbox::read_options;
  int exit_code = 0;
  const auto options = read_options(argc, argv, exit_code);
  if (!options) return exit_code;
  signal(SIGPIPE, SIG_IGN);
  // Blocked before any thread starts, so that only sigwait() sees them.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  if (options->die_with_parent) {
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return 0;  // it died before the kernel knew our wish
  }
  return icure::sandbox::serve(*options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "icure-sandbox: %s\n", error.what());
  return 1;
}
