// Bytes as they come -> whole lines. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ipc/padded.h"

namespace icure::ipc {

/// Each byte is looked at once, however small the pieces; after a long line the memory is given
/// back.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t max_line) : max_line_(max_line) {}

  /// Where to put the next bytes: never empty.
  std::span<char> room();
  /// The first `size` bytes of the last room() are filled.
  void filled(std::size_t size);

  /// The next whole line, without its end; valid until the next call.
  std::optional<Padded> next();

  /// Overwrites the last line that next() gave, and whatever was moved away from.
  void wipe_line();

  /// A line longer than max_line was begun: next() returns nothing more, the bytes after it are
  /// of no use.
  bool overlong() const { return overlong_; }
  std::size_t capacity() const { return bytes_.size(); }

 private:
  void compact();
  void resize(std::size_t size);

  std::size_t max_line_;
  std::vector<char> bytes_;  // kPadding of them stay free behind end_
  std::size_t line_ = 0;     // where the last line that was handed out begins
  std::size_t begin_ = 0;    // of the first line not handed out
  std::size_t scanned_ = 0;  // no line end in [begin_, scanned_)
  std::size_t end_ = 0;
  bool overlong_ = false;
};

}  // namespace icure::ipc
