#include "tests/sandbox/cardinal_form.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

using Json = nlohmann::ordered_json;

// Wherever they stand.
constexpr std::array<std::string_view, 8> kUnknown = {
    "localized",           "unique",  "loginIdentifiers", "verifiedEmail",
    "verifiedMobilePhone", "uses2fa", "public",           "x-clinic-extension"};

bool is_left_out(const std::string& key, const Json& value, bool of_document) {
  if (value.is_null() || std::find(kUnknown.begin(), kUnknown.end(), key) != kUnknown.end())
    return true;
  return of_document && value.is_structured() && value.empty();
}

Json reduced(const Json& value) {
  if (!value.is_structured()) return value;
  Json out = value.is_array() ? Json::array() : Json::object();
  if (value.is_array()) {
    for (const Json& each : value) out.push_back(reduced(each));
    return out;
  }
  const bool is_document = value.contains("id") && value.contains("rev");
  for (const auto& member : value.items())
    if (!is_left_out(member.key(), member.value(), is_document))
      out[member.key()] = reduced(member.value());
  return out;
}

}  // namespace

std::string in_cardinal_form(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_structured() ? reduced(json).dump() : text;
}

}  // namespace icure::sandbox
