#include "ipc/prove.h"

#include "ipc/raw_members.h"

namespace icure::ipc {
namespace {

std::string_view without_space_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

void skip_digits(std::string_view& text) {
  const auto end = text.find_first_not_of("0123456789");
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
}

bool take_digits(std::string_view& text) {
  const auto before = text.size();
  skip_digits(text);
  return text.size() < before;
}

bool take_integer(std::string_view& text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
    return true;
  }
  return take_digits(text);
}

// simdjson's own number readers refuse what does not fit into 64 bits, which JSON does not.
bool is_number(std::string_view text) {
  if (!take_integer(text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

simdjson::error_code walk(od::value value, int depth);

simdjson::error_code walk_object(od::value& value, int depth) {
  od::object members;
  if (const auto bad = value.get_object().get(members)) return bad;
  for (auto member : members) {
    od::field field;
    std::string_view name;
    if (const auto bad = std::move(member).get(field)) return bad;
    if (const auto bad = field.unescaped_key().get(name)) return bad;
    if (const auto bad = walk(field.value(), depth + 1)) return bad;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code walk_array(od::value& value, int depth) {
  od::array items;
  if (const auto bad = value.get_array().get(items)) return bad;
  for (auto item : items) {
    od::value each;
    if (const auto bad = item.get(each)) return bad;
    if (const auto bad = walk(each, depth + 1)) return bad;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code walk_scalar(od::value& value, char first) {
  if (first == '"') {
    std::string_view text;
    return value.get_string().get(text);  // proves the escapes
  }
  const auto token = without_space_behind(value.raw_json_token());
  const bool fine = token == "true" || token == "false" || token == "null" || is_number(token);
  return fine ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

simdjson::error_code walk(od::value value, int depth) {
  if (depth > kMaxDepth) return simdjson::DEPTH_ERROR;
  switch (const char first = value.raw_json_token().front()) {
    case '{':
      return walk_object(value, depth);
    case '[':
      return walk_array(value, depth);
    default:
      return walk_scalar(value, first);
  }
}

}  // namespace

simdjson::error_code prove(od::document& document, od::value value, std::string_view& raw) {
  const std::string_view token = value.raw_json_token();
  if (const auto bad = walk(value, 1)) return bad;
  if (token.front() != '{' && token.front() != '[') {
    raw = without_space_behind(token);
    return simdjson::SUCCESS;
  }
  const char* end = nullptr;  // of the white space behind the value
  if (const auto bad = document.current_location().get(end)) return bad;
  raw = without_space_behind({token.data(), static_cast<std::size_t>(end - token.data())});
  return simdjson::SUCCESS;
}

bool is_integer(std::string_view raw) {
  return take_integer(raw) && raw.empty();
}

}  // namespace icure::ipc
