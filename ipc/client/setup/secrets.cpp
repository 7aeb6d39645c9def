#include "ipc/client/setup/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "daemon/base/hex.h"
#include "daemon/base/random.h"
#include "ipc/client/credentials.h"
#include "ipc/client/daemon_program.h"
#include "ipc/client/setup/plain_credentials.h"

namespace icure::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;

bool is_there(const std::string& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

std::string first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// What systemd-creds makes of it; "" if it cannot.
std::string seal(const std::string& name, const std::string& secret) {
  Launch launch{{"encrypt", "--name=" + name, "-", "-"}};
  launch.input = secret;
  launch.errors = false;
  const auto run = capture("systemd-creds", launch);
  return run.code == 0 ? run.said : std::string();
}

Failure not_written(const std::string& path) {
  Failure failure;
  failure.word = "invalid";
  failure.message = "cannot write " + path + ": " + std::strerror(errno);
  failure.hint = "run this as root, or as the user that owns the configuration";
  return failure;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

void sync_directory(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace

Secrets::Secrets(const std::string& config, const Answers& answers, InstalledService service)
    : directory_(credentials_directory(config)),
      key_file_(answers.key_file),
      password_file_(answers.password_file),
      service_(std::move(service)) {
  const bool named = !key_file_.empty() || !password_file_.empty();
  if (config != service_.config || named) return;
  const bool plain_there = is_there(file_of(kStoreKey)) || is_there(file_of(kPlatformPassword));
  keeping_ = plain_there || seal(kStoreKey, "a trial").empty() ? Keeping::plain : Keeping::sealed;
}

std::string Secrets::file_of(const std::string& name) const {
  const auto& named = name == kStoreKey ? key_file_ : password_file_;
  return named.empty() ? directory_ + "/" + name : named;
}

std::string Secrets::sealed_file(const std::string& name) const {
  return directory_ + "/" + name + ".cred";
}

bool Secrets::has(const std::string& name) const {
  return is_there(keeping_ == Keeping::sealed ? sealed_file(name) : file_of(name));
}

std::string Secrets::read(const std::string& name) const {
  if (keeping_ == Keeping::sealed) return unsealed(name, sealed_file(name));
  return first_line_of(file_of(name));
}

std::optional<Failure> Secrets::write(const std::string& name, const std::string& secret) const {
  if (keeping_ != Keeping::sealed) return replace_file(file_of(name), secret + "\n", 0600);
  const auto text = seal(name, secret);
  if (!text.empty()) return replace_file(sealed_file(name), text, 0600);
  Failure failure;
  failure.word = "internal";
  failure.message = "systemd-creds does not seal any more what it did a moment ago";
  failure.hint = "run this again";
  return failure;
}

std::optional<Failure> Secrets::announce() const {
  if (keeping_ != Keeping::plain) return std::nullopt;
  if (auto failed = replace_file(service_.drop_in, kPlainCredentials, 0644)) return failed;
  if (is_there(service_.booted)) capture("systemctl", {{"daemon-reload"}});
  return std::nullopt;
}

std::string new_store_key() {
  std::array<unsigned char, kKeyBytes> bytes{};
  SystemRandom().fill(bytes);
  return to_hex(bytes);
}

std::optional<Failure> replace_file(const std::string& path, const std::string& text,
                                    unsigned mode) {
  const auto directory = fs::path(path).parent_path().string();
  std::error_code error;
  if (fs::create_directories(directory, error)) {
    ::chmod(directory.c_str(), (mode & 077U) == 0 ? 0700 : 0755);
  }
  const auto part = path + ".new";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                          static_cast<mode_t>(mode));
  if (file < 0) return not_written(path);
  ::fchmod(file, static_cast<mode_t>(mode));  // whatever the umask is
  const bool written = write_all(file, text);
  ::close(file);
  if (!written || ::rename(part.c_str(), path.c_str()) != 0) {
    auto failure = not_written(path);
    ::unlink(part.c_str());
    return failure;
  }
  sync_directory(directory);
  return std::nullopt;
}

}  // namespace icure::client
