// icurectl: the command line over the daemon's socket.
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "ipc/client/program.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `icurectl user list | head` ends quietly
  return static_cast<int>(
      icure::client::run_program({argv + 1, argv + argc}, std::cout, std::cerr, STDOUT_FILENO));
}
