// Runs one verb: asks the daemon, shows the answer or what is wrong and what to do.
#pragma once
#include <string>

#include "ipc/client/client.h"
#include "ipc/client/daemon_program.h"
#include "ipc/client/verb.h"

namespace icure::client {

class Runner {
 public:
  /// `daemon`: the program of icure-syncd, for verbs that need it while nobody serves.
  Runner(Client& client, Screen& screen, std::string daemon = installed_daemon())
      : client_(client), screen_(screen), daemon_(std::move(daemon)) {}

  Exit run(const Verb& verb, const Values& values);

  /// For verbs with a `run` of their own.
  Client::Called ask(const std::string& method, const Json& params);
  Captured run_daemon(const Launch& launch) const { return capture(daemon_, launch); }
  void show(const Verb& verb, const std::string& result);
  Exit fail(const Failure& failure);
  Screen& screen() { return screen_; }
  Client& client() { return client_; }

 private:
  Client::Called ask_all(const std::string& method, Json params);
  void note(const Json& result, bool more_to_come);

  Client& client_;
  Screen& screen_;
  std::string daemon_;
};

/// A mistake on the command line, told in the same way as other failures.
Failure usage(std::string message, std::string hint);

void report(const Screen& screen, const Failure& failure);

}  // namespace icure::client
