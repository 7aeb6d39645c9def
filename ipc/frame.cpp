#include "ipc/frame.h"

#include <algorithm>
#include <cstring>

#include "daemon/base/secret.h"

namespace icure::ipc {
namespace {

constexpr std::size_t kSmall = std::size_t{8} * 1024;  // holds dozens of usual requests
constexpr std::size_t kLeastRoom =
    std::size_t{2} * 1024;  // below it a read costs more than it brings
constexpr std::size_t kKeep =
    std::size_t{64} * 1024;  // a larger buffer is given back once it is empty

}  // namespace

std::span<char> LineBuffer::room() {
  compact();
  if (bytes_.empty()) resize(kSmall);
  if (bytes_.size() - kPadding - end_ < kLeastRoom) resize(bytes_.size() * 2);
  return {bytes_.data() + end_, bytes_.size() - kPadding - end_};
}

void LineBuffer::filled(std::size_t size) {
  end_ += size;
}

std::optional<Padded> LineBuffer::next() {
  if (overlong_) return std::nullopt;
  const char* from = bytes_.data() + scanned_;
  const char* at = end_ > scanned_
                       ? static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_))
                       : nullptr;
  const std::size_t line_end = at ? static_cast<std::size_t>(at - bytes_.data()) : end_;
  if (line_end - begin_ > max_line_) {
    overlong_ = true;
    return std::nullopt;
  }
  scanned_ = line_end;
  if (!at) {
    compact();
    return std::nullopt;
  }
  const Padded line(std::string_view(bytes_.data() + begin_, line_end - begin_));
  line_ = begin_;
  begin_ = scanned_ = line_end + 1;
  return line;
}

void LineBuffer::wipe_line() {
  wipe({bytes_.data() + line_, begin_ - line_});
  wipe({bytes_.data() + end_, bytes_.size() - end_});
}

// What is moved is the unfinished line at most: its next move comes with the line after it.
void LineBuffer::compact() {
  const std::size_t held = end_ - begin_;
  if (begin_ > 0) {
    if (held > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, held);
    scanned_ -= begin_;
    begin_ = 0;
    end_ = held;
  }
  if (bytes_.size() > kKeep && held < kSmall / 2) resize(kSmall);
}

// A fresh vector rather than resize(): the old bytes beyond end_ are not worth copying.
void LineBuffer::resize(std::size_t size) {
  std::vector<char> fresh(size);
  std::copy_n(bytes_.data(), end_, fresh.data());
  wipe(bytes_);  // it may have held the beginning of a password
  bytes_ = std::move(fresh);
}

}  // namespace icure::ipc
