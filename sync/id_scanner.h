// IdScanner: reads a JSON array of strings piece by piece, as `match` sends it. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace icure::sync {

/// Strict: what is not whole JSON, or holds anything but non-empty strings of a sane length, is
/// no answer. Keeps no more than the string that a piece has cut in two.
class IdScanner {
 public:
  /// Appends the ids that end in `piece` to `found`. False: this is no such array, and what
  /// follows is not looked at.
  bool feed(std::string_view piece, std::vector<std::string>& found);
  /// The array has ended.
  bool complete() const { return state_ == State::end; }
  /// It began like a web page.
  bool web_page() const { return web_page_; }

 private:
  enum class State { start, first, element, text, escape, separator, end, bad };

  State step(char c, std::vector<std::string>& found);
  State finish(std::vector<std::string>& found);

  State state_ = State::start;
  std::string text_;   // of the string that has begun, as it stands in JSON
  bool plain_ = true;  // nothing in it needs decoding or a check of its encoding
  bool web_page_ = false;
};

}  // namespace icure::sync
