// The few things that are done to files themselves: a private directory, a lock, whole small
// files written so that a crash leaves the old or the new one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"

namespace icure::store {

/// Makes the directory (named without a slash at its end) with mode 0700, or checks that it is ours
/// and tightens its mode; then the result holds a warning. Fails with io, or invalid if it belongs
/// to another user.
Result<std::optional<std::string>> private_directory(const std::string& path);

/// Holds an exclusive lock on a file while it lives; the lock dies with the process.
class FileLock {
 public:
  /// Fails with conflict if another holds it, or io.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

bool exists(const std::string& path);

/// Fails with not_found, or io: also if it is larger than any file that is read whole.
Result<std::string> read_small(const std::string& path);

/// At most `most` bytes from `at` on. Fails with not_found or io.
Result<std::string> read_range(const std::string& path, std::uint64_t at, std::size_t most);

/// In bytes. Fails with not_found or io.
Result<std::uint64_t> size_of(const std::string& path);

/// When its content was last changed; nothing if there is none.
std::optional<WallTime> changed_at(const std::string& path);

/// A piece of another file.
struct Piece {
  const std::string& path;
  std::uint64_t at = 0;
  std::uint64_t bytes = 0;
};

/// Makes a file (mode 0600; an older one of that name goes) of texts and what follows them, and
/// brings it to the disk. Fails with io or read_only.
Result<Done> write_parts(const std::string& path, const std::vector<std::string_view>& texts,
                         const Piece& piece);

/// Fails with io.
Result<Done> rename_durably(const std::string& from, const std::string& to);

/// Replaces `directory/name` (mode 0600) all or nothing, durably. Fails with io or read_only.
Result<Done> write_durably(const std::string& directory, const std::string& name,
                           std::string_view bytes);

/// Makes renames and new names in a directory durable. Fails with io.
Result<Done> sync_directory(const std::string& directory);

/// Names in `directory` that begin with `prefix`, in bytewise order; none if it cannot be read.
std::vector<std::string> names_with_prefix(const std::string& directory, std::string_view prefix);

}  // namespace icure::store
