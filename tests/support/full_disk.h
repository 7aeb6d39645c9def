// A disk that takes no more, for a while.
#pragma once
#include <signal.h>
#include <sys/resource.h>

#include <cstdint>

namespace icure::support {

// Stands for every failed write: no file may grow beyond a limit for a while.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t largest_file) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{largest_file, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace icure::support
