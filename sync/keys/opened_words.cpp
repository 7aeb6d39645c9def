#include "sync/keys/opened_words.h"

#include <simdjson.h>

namespace icure::sync {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMost = std::size_t{64} << 10;
constexpr std::size_t kLongestWord = 256;  // in bytes; a picture is one word of base64

class Words {
 public:
  /// The parser bounds the depth.
  void add(dom::element value) {
    if (text_.size() >= kMost) return;
    switch (value.type()) {
      case dom::element_type::STRING:
        return text(value.get_string().value_unsafe());
      case dom::element_type::INT64:
        return text(std::to_string(value.get_int64().value_unsafe()));
      case dom::element_type::ARRAY:
        for (const auto item : dom::array(value.get_array().value_unsafe())) add(item);
        return;
      case dom::element_type::OBJECT:
        for (const auto member : dom::object(value.get_object().value_unsafe())) {
          if (member.key != "encryptedSelf") add(member.value);
        }
        return;
      default:
        return;
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void text(std::string_view more) {
    if (more.size() > kLongestWord && more.find(' ') >= kLongestWord) return;
    text_ += more.substr(0, kMost - std::min(kMost, text_.size()));
    text_ += ' ';
  }

  std::string text_;
};

}  // namespace

std::string opened_words(std::string_view document, const std::vector<std::string>& pointers) {
  if (pointers.empty()) return {};
  thread_local dom::parser parser;
  dom::element root;
  if (parser.parse(document.data(), document.size()).get(root) != simdjson::SUCCESS) return {};
  Words words;
  for (const auto& pointer : pointers) {
    dom::element member;
    if (root.at_pointer(pointer).get(member) == simdjson::SUCCESS) words.add(member);
  }
  return words.take();
}

}  // namespace icure::sync
