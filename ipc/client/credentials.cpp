#include "ipc/client/credentials.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "ipc/client/daemon_program.h"

namespace icure::client {
namespace {

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

/// In memory, if there is such a place.
std::string new_directory() {
  for (const auto* place : {"/run/icurectl-XXXXXX", "/tmp/icurectl-XXXXXX"}) {
    std::string path = place;
    if (::mkdtemp(path.data())) return path;
  }
  return {};
}

/// -1 if there is no memory.
int file_in_memory(const std::string& name, std::string_view secret) {
  const int file = ::memfd_create(name.c_str(), 0);  // those programs inherit it
  if (file < 0) return -1;
  ::fchmod(file, 0600);
  if (::write(file, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size())) {
    return file;
  }
  ::close(file);
  return -1;
}

}  // namespace

Credentials::Credentials(Credentials&& other) noexcept
    : directory_(std::exchange(other.directory_, {})),
      names_(std::exchange(other.names_, {})),
      files_(std::exchange(other.files_, {})),
      ours_(std::exchange(other.ours_, false)) {}

Credentials::~Credentials() {
  for (const int file : files_) ::close(file);
  if (!ours_) return;
  for (const auto& name : names_) ::unlink(path_of(name).c_str());
  ::rmdir(directory_.c_str());
}

bool Credentials::add(const std::string& name, std::string_view secret) {
  if (directory_.empty()) {
    directory_ = new_directory();
    ours_ = !directory_.empty();
  }
  if (!ours_) return false;
  const int file = file_in_memory(name, secret);
  if (file < 0) return false;
  files_.push_back(file);
  names_.push_back(name);
  const auto target = "/proc/self/fd/" + std::to_string(file);
  return ::symlink(target.c_str(), path_of(name).c_str()) == 0;
}

std::vector<std::string> Credentials::environment() const {
  if (directory_.empty()) return {};
  return {"CREDENTIALS_DIRECTORY=" + directory_};
}

Credentials Credentials::sealed_beside(const std::string& config) {
  Credentials found;
  if (std::getenv("CREDENTIALS_DIRECTORY")) return found;
  for (const auto* name : {kStoreKey, kPlatformPassword}) {
    const auto file = credentials_directory(config) + "/" + name + ".cred";
    if (!is_there(file)) continue;
    const auto secret = unsealed(name, file);
    if (!secret.empty()) found.add(name, secret);
  }
  return found;
}

Credentials Credentials::beside(const std::string& config) {
  auto found = sealed_beside(config);
  const auto directory = credentials_directory(config);
  const bool plain = is_there(directory + "/" + kStoreKey);
  if (found.directory_.empty() && plain && !std::getenv("CREDENTIALS_DIRECTORY")) {
    found.directory_ = directory;
  }
  return found;
}

std::string credentials_directory(const std::string& config) {
  return std::filesystem::path(config).parent_path() / "credentials";
}

std::string unsealed(const std::string& name, const std::string& file) {
  Launch launch{{"decrypt", "--name=" + name, file, "-"}};
  launch.input = "";
  launch.errors = false;
  const auto run = capture("systemd-creds", launch);
  return run.code == 0 ? run.said : std::string();
}

}  // namespace icure::client
