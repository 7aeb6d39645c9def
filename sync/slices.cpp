#include "sync/slices.h"

namespace icure::sync {
namespace {

namespace od = simdjson::ondemand;

std::string_view trimmed(std::string_view slice) {
  // What simdjson cuts out may reach to the next token.
  return slice.substr(0, slice.find_last_not_of(" \t") + 1);
}

bool cut(od::array array, std::vector<std::string_view>& into) {
  for (auto element : array) {
    od::object object;
    std::string_view slice;
    if (element.get_object().get(object) != simdjson::SUCCESS ||
        object.raw_json().get(slice) != simdjson::SUCCESS) {
      return false;
    }
    into.push_back(trimmed(slice));
  }
  return true;
}

/// The text of any value; absent if it has no end.
std::optional<std::string_view> text_of(od::value value) {
  std::string_view slice;
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return std::nullopt;
  if (type == od::json_type::object || type == od::json_type::array) {
    od::object object;
    od::array array;
    const auto error = type == od::json_type::object
                           ? value.get_object().get(object) || object.raw_json().get(slice)
                           : value.get_array().get(array) || array.raw_json().get(slice);
    if (error) return std::nullopt;
  } else {
    slice = value.raw_json_token();
  }
  return trimmed(slice);
}

/// Whether nothing follows.
bool is_read(od::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace

Slices slices_of_array(const std::string& json) {
  od::parser parser;
  od::document document;
  od::array array;
  std::vector<std::string_view> found;
  const simdjson::padded_string_view padded(json.data(), json.size(), json.capacity());
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_array().get(array) != simdjson::SUCCESS || !cut(array, found) ||
      !is_read(document)) {
    return std::nullopt;
  }
  return found;
}

std::optional<PageSlices> slices_of_page(const std::string& json) {
  od::parser parser;
  od::document document;
  od::object object;
  PageSlices page;
  SliceReader reader;
  bool has_rows = false;
  const simdjson::padded_string_view padded(json.data(), json.size(), json.capacity());
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  for (auto field : object) {
    std::string_view name;
    od::value value;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
        field.value().get(value) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    if (name == "rows") {
      od::array array;
      if (has_rows || value.get_array().get(array) != simdjson::SUCCESS || !cut(array, page.rows)) {
        return std::nullopt;
      }
      has_rows = true;
      continue;
    }
    const bool is_next = name == "nextKeyPair";
    const auto text = text_of(value);
    if (!text || !reader.read(*text) || (is_next && !page.next.empty())) return std::nullopt;
    if (is_next) page.next = *text;
  }
  if (!has_rows || !is_read(document)) return std::nullopt;
  return page;
}

std::optional<simdjson::dom::element> SliceReader::read(std::string_view slice) {
  simdjson::dom::element value;
  // false: what follows the slice serves as its padding.
  if (parser_.parse(slice.data(), slice.size(), false).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

}  // namespace icure::sync
