// JSON as the rules of writing read it: objects only, and never deeper than a recursion can go.
// For sources of this folder alone.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace icure::sync::write {

using Json = nlohmann::json;

/// Documents of the platform are a dozen levels deep.
inline constexpr int kMaxDepth = 100;

/// Nothing if `text` is not one well-formed object, or too deep.
inline std::optional<Json> parse_object(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, const Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return true;
  };
  auto json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_deep || !json.is_object()) return std::nullopt;
  return json;
}

/// Never throws: parsed text is UTF-8.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The member, or null if there is none.
inline const Json& member(const Json& object, const std::string& name) {
  static const Json null;
  const auto found = object.find(name);  // end() of what is no object
  return found == object.end() ? null : *found;
}

/// The text of a member; empty if it is none.
inline std::string text_of(const Json& object, const std::string& name) {
  const auto& found = member(object, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace icure::sync::write
