#include "daemon/api/document.h"

#include <simdjson.h>

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

namespace od = simdjson::ondemand;

/// Parses in place; grows the string's room for what simdjson reads past its end.
simdjson::padded_string_view padded(std::string& json) {
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  return simdjson::padded_string_view(json.data(), json.size(), json.capacity());
}

/// Cuts the first top-level member `name` out. Returns whether there was one; what does not parse
/// becomes "{}": rather nothing than too much.
bool drop_member(std::string& json, std::string_view name) {
  if (json.find(name) == std::string::npos) return false;
  thread_local od::parser parser;
  od::document document;
  od::object object;
  if (parser.iterate(padded(json)).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    json = "{}";
    return false;
  }
  // Keys as offsets: the member reaches from its key to the next one, or from the end of the one
  // before it to the closing brace.
  std::size_t previous_end = 1;
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
  for (auto field : object) {
    od::raw_json_string key;
    if (field.key().get(key) != simdjson::SUCCESS) {
      json = "{}";
      return false;
    }
    const auto at = static_cast<std::size_t>(key.raw() - json.data()) - 1;
    if (begin != std::string::npos) {
      end = at;
      break;
    }
    if (key == name) {
      begin = at;
    } else {
      previous_end = at;
    }
  }
  if (begin == std::string::npos) return false;
  if (end == std::string::npos) {  // the last member: its comma stands before it
    end = json.rfind('}');
    const auto comma = json.rfind(',', begin);
    if (comma != std::string::npos && comma > previous_end) begin = comma;
  }
  json.erase(begin, end - begin);
  return true;
}

/// platform: token values are shown by no server we know; should one do it, they stop here.
void drop_token_values(std::string& json) {
  if (json.find("\"token\"") == std::string::npos) return;
  auto user = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!user.is_object()) return;
  bool found = false;
  for (const auto* group : {"authenticationTokens", "applicationTokens"}) {
    const auto tokens = user.find(group);
    if (tokens == user.end() || !tokens->is_object()) continue;
    for (auto& [key, token] : tokens->items()) {
      if (!token.is_object() || !token.contains("token") || token["token"].is_null()) continue;
      token.erase("token");
      found = true;
    }
  }
  if (found) json = user.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void add_pending(std::string& json, const std::vector<std::string>& items) {
  while (drop_member(json, "pending")) {  // the platform has no such member
  }
  json.erase(json.rfind('}'));
  if (json.find_first_not_of(" \t\r\n", 1) != std::string::npos) json += ',';
  json += R"("pending":)" + nlohmann::json(items).dump() + '}';
}

}  // namespace

std::string outward(const ipc::Grant& grant, Kind kind, store::Row row) {
  auto& json = row.json;
  if (kind == Kind::user) {
    while (drop_member(json, "passwordHash")) {  // as often as a hostile document has it
    }
    drop_token_values(json);
  }
  auto shown = ipc::visible(grant, kind, std::move(json));
  if (!row.pending.empty()) add_pending(shown, row.pending);
  return shown;
}

std::string text_member(const std::string& json, std::string_view name) {
  auto copy = json;
  od::parser parser;
  od::document document;
  std::string_view text;
  if (parser.iterate(padded(copy)).get(document) != simdjson::SUCCESS ||
      document.find_field(name).get_string().get(text) != simdjson::SUCCESS) {
    return {};
  }
  return std::string(text);
}

bool has_member(const std::string& json, std::string_view name) {
  auto copy = json;
  od::parser parser;
  od::document document;
  od::value value;
  return parser.iterate(padded(copy)).get(document) == simdjson::SUCCESS &&
         document.find_field(name).get(value) == simdjson::SUCCESS && !value.is_null();
}

}  // namespace icure::api
