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
constexpr std::size_t kBlock = 1 << 20;

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
  const auto words = "could not " + what + " " + path + ": " + std::strerror(error);
  if (error == EROFS) {
    return {Code::read_only, words, "see dmesg for why; mount that disk writable again"};
  }
  if (error == ENOSPC || error == EDQUOT) return {Code::read_only, words, "free some space"};
  return {Code::io, words};
}

Error unreadable(const std::string& path, int error) {
  if (error == ENOENT) return {Code::not_found, "there is no " + path};
  return failed("read", path, error);
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
  auto bytes = read_range(path, 0, kSmallFile + 1);
  if (bytes && bytes->size() > kSmallFile) return Error{Code::io, path + " is far too large"};
  return bytes;
}

Result<std::string> read_range(const std::string& path, std::uint64_t at, std::size_t most) {
  const File file(path, O_RDONLY);
  if (file.get() < 0) return unreadable(path, errno);
  std::string bytes(most, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto got = ::pread(file.get(), bytes.data() + size, bytes.size() - size,
                             static_cast<off_t>(at + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

Result<std::uint64_t> size_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return unreadable(path, errno);
  return static_cast<std::uint64_t>(found.st_size);
}

std::optional<WallTime> changed_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return WallTime(
      std::chrono::duration_cast<Millis>(std::chrono::seconds(found.st_mtim.tv_sec) +
                                         std::chrono::nanoseconds(found.st_mtim.tv_nsec)));
}

Result<Done> write_parts(const std::string& path, const std::vector<std::string_view>& texts,
                         const Piece& piece) {
  ::unlink(path.c_str());
  const File file(path, O_CREAT | O_EXCL | O_WRONLY);
  if (file.get() < 0) return failed("create", path, errno);
  for (const auto text : texts) {
    if (!write_all(file.get(), text)) return failed("write", path, errno);
  }
  for (std::uint64_t done = 0; done < piece.bytes;) {
    auto bytes =
        read_range(piece.path, piece.at + done,
                   static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, piece.bytes - done)));
    if (!bytes) return std::move(bytes).error();
    if (bytes->empty()) return Error{Code::io, piece.path + " became shorter while it was read"};
    if (!write_all(file.get(), *bytes)) return failed("write", path, errno);
    done += bytes->size();
  }
  if (::fsync(file.get()) != 0) return failed("sync", path, errno);
  return Done{};
}

Result<Done> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from, errno);
  return sync_directory(std::filesystem::path(to).parent_path().string());
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
  return rename_durably(fresh, path);
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
