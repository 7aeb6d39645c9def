#include "ipc/client/daemon_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <sstream>

namespace icure::client {
namespace {

constexpr auto kName = "icure-syncd";

/// Ours, with what is said of the program in front: the first of a name counts.
std::vector<std::string> environment_of(const Launch& launch) {
  auto all = launch.environment;
  for (char** each = environ; *each; ++each) {
    const std::string_view ours(*each);
    const auto name = ours.substr(0, ours.find('=') + 1);
    const bool replaced =
        std::any_of(launch.environment.begin(), launch.environment.end(),
                    [name](const std::string& given) { return given.starts_with(name); });
    if (!replaced) all.emplace_back(ours);
  }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t start(const std::string& path, const Launch& launch,
            const posix_spawn_file_actions_t& actions) {
  auto words = launch.arguments;
  words.insert(words.begin(), path);
  auto environment = environment_of(launch);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, path.c_str(), &actions, nullptr,
                                   pointers_to(words).data(), pointers_to(environment).data());
  return error == 0 ? child : -1;
}

/// A pipe that holds all of `input` already; -1 if there is none, or it does not fit.
int filled_pipe(std::string_view input) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // nobody reads it yet
  const auto written = ::write(ends[1], input.data(), input.size());
  ::close(ends[1]);
  if (written == static_cast<ssize_t>(input.size())) return ends[0];
  ::close(ends[0]);
  return -1;
}

int exit_code_of(pid_t child) {
  if (child < 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_to_end(int from) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const auto count = ::read(from, part.data(), part.size());
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
  }
}

}  // namespace

Captured capture(std::string program, const Launch& launch) {
  const int input = launch.input ? filled_pipe(*launch.input) : -1;
  if (launch.input && input < 0) return {};  // rather than with our input
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    if (input >= 0) ::close(input);
    return {};
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (launch.input) ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (launch.errors) {
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  } else {
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  const auto child = start(program, launch, actions);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);  // else the end is never seen
  if (input >= 0) ::close(input);
  Captured run;
  run.said = read_to_end(ends[0]);
  ::close(ends[0]);
  run.code = exit_code_of(child);
  return run;
}

std::string installed_daemon() {
  std::error_code unknown;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto beside = ours.parent_path() / kName;
  return ::access(beside.c_str(), X_OK) == 0 ? beside.string() : std::string(kName);
}

std::vector<std::string> lines_of(const std::string& said) {
  std::vector<std::string> lines;
  std::istringstream text(said);
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  return lines;
}

Failure no_daemon_program() {
  Failure none;
  none.message = "icure-syncd could not be run";
  none.hint = "is it installed?";
  return none;
}

Failure refusal_of(const Captured& run) {
  if (run.code < 0) return no_daemon_program();
  auto lines = lines_of(run.said);
  Failure failure;
  failure.word = run.code == static_cast<int>(Exit::conflict) ? "conflict" : "internal";
  if (lines.size() > 1) {
    failure.hint = std::move(lines.back());
    lines.pop_back();
  }
  for (const auto& line : lines) {
    failure.message += failure.message.empty() ? "" : ": ";
    failure.message += line;
  }
  return failure;
}

}  // namespace icure::client
