#include "ipc/client/daemon_program.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace icure::client {
namespace {

constexpr auto kName = "icure-syncd";

std::string program() {
  std::error_code unknown;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto beside = ours.parent_path() / kName;
  return ::access(beside.c_str(), X_OK) == 0 ? beside.string() : std::string(kName);
}

}  // namespace

int run_daemon(const std::vector<std::string>& arguments) {
  auto path = program();
  auto words = arguments;
  std::vector<char*> argv = {path.data()};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, path.c_str(), nullptr, nullptr, argv.data(), environ) != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace icure::client
