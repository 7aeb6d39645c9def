#include "sync/decrypt/strict_json.h"

#include <algorithm>
#include <vector>

namespace icure::sync::decrypt {
namespace {

namespace dom = simdjson::dom;

// Recursion is bounded: the parser refuses what nests deeper than kDeepest.
bool names_are_unique(dom::element element) {  // NOLINT(misc-no-recursion)
  if (element.is_array()) {
    const auto array = dom::array(element);
    return std::all_of(array.begin(), array.end(), names_are_unique);
  }
  if (!element.is_object()) return true;
  std::vector<std::string_view> names;
  for (const auto member : dom::object(element)) {
    if (!names_are_unique(member.value)) return false;
    names.push_back(member.key);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

}  // namespace

void StrictJson::wipe_strings() {
  // simdjson keeps room for 5/3 of the text.
  if (parser_.doc.string_buf) wipe(parser_.doc.string_buf.get(), text_.size() * 5 / 3);
}

std::optional<dom::element> StrictJson::parse(std::string_view text) {
  wipe_strings();
  text_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  assign(text_, text);
  dom::element root;
  // false: the padding is ours, simdjson need not copy.
  if (parser_.allocate(std::max(text.size(), parser_.capacity()), kDeepest) != simdjson::SUCCESS ||
      parser_.parse(text_.data(), text_.size(), false).get(root) != simdjson::SUCCESS ||
      !names_are_unique(root)) {
    return std::nullopt;
  }
  return root;
}

std::optional<dom::object> StrictJson::parse_object(std::string_view text) {
  const auto root = parse(text);
  if (!root || !root->is_object()) return std::nullopt;
  return dom::object(*root);
}

std::optional<dom::array> StrictJson::parse_array(std::string_view text) {
  const auto root = parse(text);
  if (!root || !root->is_array()) return std::nullopt;
  return dom::array(*root);
}

std::string_view as_string(dom::element element) {
  std::string_view text;
  if (element.get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::string_view text_of(dom::object object, std::string_view name) {
  std::string_view text;
  if (object[name].get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<dom::object> object_of(dom::object object, std::string_view name) {
  dom::object member;
  if (object[name].get_object().get(member) != simdjson::SUCCESS) return std::nullopt;
  return member;
}

std::optional<dom::array> array_of(dom::object object, std::string_view name) {
  dom::array member;
  if (object[name].get_array().get(member) != simdjson::SUCCESS) return std::nullopt;
  return member;
}

}  // namespace icure::sync::decrypt
