// Text that simdjson may read past: the bytes after it exist, whatever they hold.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace icure::ipc {

/// How many bytes after a text must be readable (simdjson reads whole vectors).
inline constexpr std::size_t kPadding = 64;

/// A view of text with kPadding readable bytes behind it. A part of one is one as well.
struct Padded {
  explicit Padded(std::string_view t) : text(t) {}
  std::string_view text;
};

/// Owns a padded copy, for callers whose text comes from elsewhere.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : bytes_(text), size_(text.size()) {
    bytes_.append(kPadding, ' ');
  }
  Padded view() const { return Padded(std::string_view(bytes_).substr(0, size_)); }

 private:
  std::string bytes_;
  std::size_t size_;
};

}  // namespace icure::ipc
