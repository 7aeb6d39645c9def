#include "daemon/credentials.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace icure {
namespace {

constexpr std::size_t kLongest = 4096;  // a password, a token or a key; never more

}  // namespace

Result<Secret> read_secret(const std::string& file, const std::string& credential) {
  std::string path = file;
  if (path.empty()) {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!directory) {
      return Error{Code::not_found,
                   "no file is configured and there is no credential " + credential,
                   "name a file, or let systemd pass it (LoadCredential=" + credential + ":...)"};
    }
    path = std::string(directory) + "/" + credential;
  }
  const int file_descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file_descriptor < 0) {
    return Error{errno == ENOENT ? Code::not_found : Code::io, path + ": " + std::strerror(errno)};
  }
  auto buffer = Secret::zeroed(kLongest);
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < kLongest;) {
    got = read(file_descriptor, buffer.data() + size, kLongest - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  close(file_descriptor);
  if (size == kLongest) return Error{Code::io, path + ": is too long to be a secret"};
  while (size > 0 && (buffer.data()[size - 1] == '\n' || buffer.data()[size - 1] == '\r')) --size;
  if (size == 0) return Error{Code::io, path + ": is empty"};
  return Secret(buffer.bytes().first(size));
}

}  // namespace icure
