#include "sync/id_scanner.h"

#include <nlohmann/json.hpp>

namespace icure::sync {
namespace {

constexpr std::size_t kLongestId = 1024;  // bytes of JSON; the platform's are 36

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

bool IdScanner::feed(std::string_view piece, std::vector<std::string>& found) {
  for (std::size_t at = 0; at < piece.size() && state_ != State::bad;) {
    if (state_ == State::text) {
      const auto begin = at;
      while (at < piece.size() && is_plain(piece[at])) ++at;
      text_.append(piece, begin, at - begin);
      if (text_.size() > kLongestId) state_ = State::bad;
      if (at == piece.size() || state_ == State::bad) break;
    }
    state_ = step(piece[at++], found);
  }
  return state_ != State::bad;
}

IdScanner::State IdScanner::step(char c, std::vector<std::string>& found) {
  switch (state_) {
    case State::text:
      if (c == '"') return finish(found);
      if (static_cast<unsigned char>(c) < 0x20) return State::bad;
      plain_ = false;
      text_ += c;
      return c == '\\' ? State::escape : State::text;
    case State::escape:  // whether the escape exists is judged when the string is whole
      text_ += c;
      return State::text;
    default:
      break;
  }
  if (is_space(c)) return state_;
  const bool begins_text = state_ == State::first || state_ == State::element;
  if (begins_text && c == '"') {
    text_.clear();
    plain_ = true;
    return State::text;
  }
  if (state_ == State::start && c == '[') return State::first;
  if (state_ == State::start) web_page_ = c == '<';
  if (c == ']' && (state_ == State::first || state_ == State::separator)) return State::end;
  if (c == ',' && state_ == State::separator) return State::element;
  return State::bad;
}

IdScanner::State IdScanner::finish(std::vector<std::string>& found) {
  if (!plain_) {
    const auto decoded = nlohmann::json::parse('"' + text_ + '"', nullptr, false);
    if (!decoded.is_string()) return State::bad;
    text_ = decoded.get<std::string>();
  }
  if (text_.empty()) return State::bad;
  found.push_back(std::move(text_));
  text_.clear();
  return State::separator;
}

}  // namespace icure::sync
