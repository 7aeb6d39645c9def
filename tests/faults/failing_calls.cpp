// To be preloaded: makes one system call fail at its n-th use, on what it is used on. The file that
// FAULT_CALLS names says which, while the process runs (struct Order, the machine's byte order),
// and takes back how often the call was used so far.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Order {
  char call[16];
  char where[8];                // store: a file in a folder of that name; unix, inet: a socket
  std::int32_t error;           // 0: only half of what shall be written is
  std::atomic<std::int32_t> n;  // 0: none; to be set last
  std::atomic<std::int32_t> used;
};

Order* order() {
  static auto* const mapped = []() -> Order* {
    const char* name = std::getenv("FAULT_CALLS");
    const int file = name ? ::openat(AT_FDCWD, name, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return nullptr;
    // Past our own mmap(), which asks for the order.
    const long bytes =
        ::syscall(SYS_mmap, nullptr, sizeof(Order), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0L);
    return bytes == -1 ? nullptr : reinterpret_cast<Order*>(bytes);  // NOLINT: what it returns
  }();
  return mapped;
}

std::string_view place(int domain) {
  if (domain == AF_UNIX) return "unix";
  return domain == AF_INET || domain == AF_INET6 ? "inet" : "";
}

std::string_view place(const char* path) {
  return std::strstr(path, "/store/") ? "store" : "";
}

std::string_view place_of(int file) {
  char link[32];
  char path[512];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const auto length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0) return "";
  path[length] = '\0';
  if (path[0] == '/') return place(path);
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(file, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 ? place(domain) : "";
}

/// Whether this use of the call is the one. Sets errno then, and else leaves it.
template <class On>
bool fails(std::string_view call, On on) {
  const int before = errno;
  Order* const given = order();
  if (!given || given->n == 0 || call != given->call || on() != given->where) {
    errno = before;
    return false;
  }
  const bool is_it = ++given->used == given->n;
  errno = is_it ? given->error : before;
  return is_it;
}

bool fails_on(std::string_view call, int file) {
  return fails(call, [file] { return place_of(file); });
}
bool fails_at(std::string_view call, const char* path) {
  return fails(call, [path] { return place(path); });
}

std::size_t half(std::size_t size) {
  return std::max<std::size_t>(1, size / 2);
}

template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const auto mode = va_arg(arguments, mode_t);
  va_end(arguments);
  if (fails_at("open", path)) return -1;
  return ::openat(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const auto mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return open(path, flags, mode);
}

ssize_t pread(int file, void* into, std::size_t size, off_t at) {
  static auto* const next = real<ssize_t(int, void*, std::size_t, off_t)>("pread");
  return fails_on("pread", file) ? -1 : next(file, into, size, at);
}
ssize_t pread64(int file, void* into, std::size_t size, off64_t at) {
  return pread(file, into, size, at);
}

ssize_t pwrite(int file, const void* from, std::size_t size, off_t at) {
  static auto* const next = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  if (!fails_on("pwrite", file)) return next(file, from, size, at);
  return errno ? -1 : next(file, from, half(size), at);
}
ssize_t pwrite64(int file, const void* from, std::size_t size, off64_t at) {
  return pwrite(file, from, size, at);
}

ssize_t read(int file, void* into, std::size_t size) {
  static auto* const next = real<ssize_t(int, void*, std::size_t)>("read");
  return fails_on("read", file) ? -1 : next(file, into, size);
}

ssize_t write(int file, const void* from, std::size_t size) {
  static auto* const next = real<ssize_t(int, const void*, std::size_t)>("write");
  if (!fails_on("write", file)) return next(file, from, size);
  return errno ? -1 : next(file, from, half(size));
}

ssize_t writev(int file, const iovec* parts, int count) {
  static auto* const next = real<ssize_t(int, const iovec*, int)>("writev");
  return fails_on("write", file) ? -1 : next(file, parts, count);
}

ssize_t recv(int file, void* into, std::size_t size, int flags) {
  static auto* const next = real<ssize_t(int, void*, std::size_t, int)>("recv");
  return fails_on("recv", file) ? -1 : next(file, into, size, flags);
}

ssize_t send(int file, const void* from, std::size_t size, int flags) {
  static auto* const next = real<ssize_t(int, const void*, std::size_t, int)>("send");
  if (!fails_on("send", file)) return next(file, from, size, flags);
  return errno ? -1 : next(file, from, half(size), flags);
}

int fsync(int file) {
  static auto* const next = real<int(int)>("fsync");
  return fails_on("fsync", file) ? -1 : next(file);
}
int fdatasync(int file) {
  static auto* const next = real<int(int)>("fdatasync");
  return fails_on("fsync", file) ? -1 : next(file);
}

int ftruncate(int file, off_t size) noexcept {
  static auto* const next = real<int(int, off_t)>("ftruncate");
  return fails_on("ftruncate", file) ? -1 : next(file, size);
}
int ftruncate64(int file, off64_t size) noexcept {
  return ftruncate(file, size);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int file,
           off_t at) noexcept {
  static auto* const next = real<void*(void*, std::size_t, int, int, int, off_t)>("mmap");
  // Most mappings are plain memory, some of them of the loader, before anything else is there.
  if (file >= 0 && !(flags & MAP_ANONYMOUS) && !(protection & PROT_EXEC) && (flags & MAP_SHARED) &&
      fails_on("mmap", file)) {
    return MAP_FAILED;
  }
  return next(address, size, protection, flags, file, at);
}
void* mmap64(void* address, std::size_t size, int protection, int flags, int file,
             off64_t at) noexcept {
  return mmap(address, size, protection, flags, file, at);
}

int fcntl64(int file, int command, ...) {
  static auto* const next = real<int(int, int, void*)>("fcntl64");
  std::va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (command == F_SETLK && fails_on("lock", file)) return -1;
  return next(file, command, argument);
}

int flock(int file, int operation) noexcept {
  static auto* const next = real<int(int, int)>("flock");
  return fails_on("flock", file) ? -1 : next(file, operation);
}

int unlink(const char* path) noexcept {
  static auto* const next = real<int(const char*)>("unlink");
  return fails_at("unlink", path) ? -1 : next(path);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const next = real<int(const char*, const char*)>("rename");
  return fails_at("rename", to) ? -1 : next(from, to);
}

int socket(int domain, int type, int protocol) noexcept {
  static auto* const next = real<int(int, int, int)>("socket");
  return fails("socket", [domain] { return place(domain); }) ? -1 : next(domain, type, protocol);
}

int connect(int file, const sockaddr* to, socklen_t size) {
  static auto* const next = real<int(int, const sockaddr*, socklen_t)>("connect");
  return fails_on("connect", file) ? -1 : next(file, to, size);
}

int accept4(int file, sockaddr* from, socklen_t* size, int flags) {
  static auto* const next = real<int(int, sockaddr*, socklen_t*, int)>("accept4");
  return fails_on("accept", file) ? -1 : next(file, from, size, flags);
}

int epoll_ctl(int epoll, int operation, int file, epoll_event* event) noexcept {
  static auto* const next = real<int(int, int, int, epoll_event*)>("epoll_ctl");
  // To forget a file cannot fail for want of anything.
  if (operation != EPOLL_CTL_DEL && fails_on("epoll_ctl", file)) return -1;
  return next(epoll, operation, file, event);
}

}  // extern "C"
