#include "ipc/client/daemon_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <sstream>

namespace icure::client {
namespace {

constexpr auto kName = "icure-syncd";

std::string daemon_program() {
  std::error_code unknown;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto beside = ours.parent_path() / kName;
  return ::access(beside.c_str(), X_OK) == 0 ? beside.string() : std::string(kName);
}

pid_t start(std::string& path, const std::vector<std::string>& arguments,
            const posix_spawn_file_actions_t& actions) {
  auto words = arguments;
  std::vector<char*> argv = {path.data()};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, path.c_str(), &actions, nullptr, argv.data(), environ);
  return error == 0 ? child : -1;
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

Captured capture(std::string program, const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const auto child = start(program, arguments, actions);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);  // else the end is never seen
  Captured run;
  run.said = read_to_end(ends[0]);
  ::close(ends[0]);
  run.code = exit_code_of(child);
  return run;
}

Captured capture_daemon(const std::vector<std::string>& arguments) {
  return capture(daemon_program(), arguments);
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

}  // namespace icure::client
