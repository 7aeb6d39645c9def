// icurectl: the command line over the daemon's socket.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "ipc/client/command_line.h"
#include "ipc/client/runner.h"

namespace {

using namespace icure;  // NOLINT(google-build-using-namespace): a main, not a header

client::Screen screen_of(bool json) {
  client::Screen screen{std::cout, std::cerr};
  screen.json = json;
  screen.terminal = isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  screen.colours = screen.terminal && (!no_colour || *no_colour == '\0');
  winsize size{};
  if (screen.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) screen.width = size.ws_col;
  screen.now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  return screen;
}

// A full sync of a large group takes long, and who asks to wait for it means it.
Millis timeout_of(const client::CommandLine& line) {
  if (line.timeout_s) {
    return std::chrono::ceil<Millis>(std::chrono::duration<double>(*line.timeout_s));
  }
  return line.values.contains("wait") ? std::chrono::hours(24) : client::Options().timeout;
}

int run(const std::vector<std::string>& words) {
  const auto verbs = client::all_verbs();
  auto parsed = client::parse_command_line(words, verbs);
  if (!parsed.shown.empty()) {
    std::cout << parsed.shown;
    return 0;
  }
  if (parsed.failure) {
    const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
    client::report(screen_of(json), *parsed.failure);
    return static_cast<int>(client::Exit::usage);
  }
  auto& line = *parsed.line;
  client::Options options;
  options.socket = line.socket;
  options.client = "icurectl";
  options.timeout = timeout_of(line);
  client::Client client(options);
  auto screen = screen_of(line.json);
  client::Runner runner(client, screen);
  return static_cast<int>(runner.run(*line.verb, line.values));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `icurectl user list | head` ends quietly
  return run(std::vector<std::string>(argv + 1, argv + argc));
}
