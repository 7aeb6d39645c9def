#include "ipc/client/program.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "ipc/client/runner.h"

namespace icure::client {

Screen screen_of(std::ostream& out, std::ostream& err, int output, bool json) {
  Screen screen{out, err};
  screen.json = json;
  screen.terminal = isatty(output) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  screen.colours = screen.terminal && (!no_colour || *no_colour == '\0');
  winsize size{};
  if (screen.terminal && ioctl(output, TIOCGWINSZ, &size) == 0) screen.width = size.ws_col;
  screen.now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  return screen;
}

// A full sync of a large group takes long, and who asks to wait for it means it.
Millis timeout_of(const CommandLine& line) {
  if (line.timeout_s) {
    return std::chrono::ceil<Millis>(std::chrono::duration<double>(*line.timeout_s));
  }
  return line.values.contains("wait") ? std::chrono::hours(24) : Options().timeout;
}

Exit run_program(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                 int output) {
  const auto verbs = all_verbs();
  auto parsed = parse_command_line(words, verbs);
  if (!parsed.shown.empty()) {
    out << parsed.shown;
    return Exit::ok;
  }
  if (parsed.failure) {
    const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
    report(screen_of(out, err, output, json), *parsed.failure);
    return Exit::usage;
  }
  auto& line = *parsed.line;
  Options options;
  options.socket = line.socket;
  options.client = "icurectl";
  options.timeout = timeout_of(line);
  Client client(options);
  auto screen = screen_of(out, err, output, line.json);
  return Runner(client, screen).run(*line.verb, line.values);
}

}  // namespace icure::client
