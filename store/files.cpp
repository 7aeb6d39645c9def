#include "store/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace icure::store {
namespace {

constexpr std::size_t kSmallFile = 64 << 10;

class File {
 public:
  File(const std::string& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

Error failed(const std::string& what, const std::string& path, int error) {
  const auto code = error == ENOSPC || error == EDQUOT ? Code::read_only : Code::io;
  return {code, "could not " + what + " " + path + ": " + std::strerror(error)};
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Result<std::optional<std::string>> private_directory(const std::string& path) {
  std::error_code ignored;  // mkdir says it better
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return failed("make the directory", path, errno);
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return failed("look at", path, errno);
  if (!S_ISDIR(found.st_mode)) return Error{Code::invalid, path + " is not a directory"};
  if (found.st_uid != ::geteuid()) {
    return Error{Code::invalid, "the directory " + path + " belongs to another user",
                 "run the daemon as the owner of its store, or choose another directory"};
  }
  if ((found.st_mode & 0777) == 0700) return std::optional<std::string>();
  if (::chmod(path.c_str(), 0700) != 0) return failed("make private", path, errno);
  return std::optional<std::string>("the directory " + path +
                                    " had another mode than 0700 and was set to it");
}

Result<FileLock> FileLock::acquire(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return failed("open", path, errno);
  FileLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return failed("lock", path, errno);
  return Error{Code::conflict, path + " is locked by another process"};
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

bool exists(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

Result<std::string> read_small(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.get() < 0 && errno == ENOENT) return Error{Code::not_found, "there is no " + path};
  if (file.get() < 0) return failed("open", path, errno);
  std::string bytes(kSmallFile + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kSmallFile) return Error{Code::io, path + " is far too large"};
  bytes.resize(size);
  return bytes;
}

Result<Done> write_durably(const std::string& directory, const std::string& name,
                           std::string_view bytes) {
  const std::string path = directory + "/" + name;
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());  // what a crash left may have another mode
  {
    const File file(fresh, O_CREAT | O_EXCL | O_WRONLY);
    if (file.get() < 0) return failed("create", fresh, errno);
    if (!write_all(file.get(), bytes)) return failed("write", fresh, errno);
    if (::fsync(file.get()) != 0) return failed("sync", fresh, errno);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("rename", fresh, errno);
  return sync_directory(directory);
}

Result<Done> sync_directory(const std::string& directory) {
  const File file(directory, O_RDONLY | O_DIRECTORY);
  if (file.get() < 0 || ::fsync(file.get()) != 0) return failed("sync", directory, errno);
  return Done{};
}

std::vector<std::string> names_with_prefix(const std::string& directory, std::string_view prefix) {
  std::vector<std::string> names;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(directory, failure), end; !failure && at != end;
       at.increment(failure)) {
    auto name = at->path().filename().string();
    if (name.starts_with(prefix)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace icure::store
