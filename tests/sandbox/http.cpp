#include "tests/sandbox/http.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace icure::sandbox {

std::optional<std::string> Request::parameter(const std::string& name) const {
  const auto at = parameters.find(name);
  return at == parameters.end() ? std::nullopt : std::optional(at->second);
}

std::string Request::header(const std::string& name) const {
  const auto at = headers.find(name);
  return at == headers.end() ? "" : at->second;
}

Reply json_reply(std::string json, int status) {
  Reply reply;
  reply.status = status;
  reply.body->text = std::move(json);
  return reply;
}

Reply list_reply(std::string json) {
  Reply reply = json_reply(std::move(json));
  reply.streamed = true;
  return reply;
}

Reply text_reply(std::string text) {
  Reply reply = json_reply(std::move(text));
  reply.type = "text/plain;charset=UTF-8";
  return reply;
}

Reply error_reply(int status, std::string_view message) {
  return json_reply(nlohmann::json{{"message", message}}.dump(), status);
}

Reply empty_reply(int status) {
  return json_reply("", status);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void read_target(std::string_view target, Request& request) {
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark == std::string_view::npos) return;
  request.query = target.substr(mark + 1);
  std::string query = request.query;
  for (char& c : query)
    if (c == '+') c = ' ';  // in a query a plus sign is a blank
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
    if (!pair.empty())
      request.parameters[percent_decode(pair.substr(0, equals))] = percent_decode(value);
  }
}

std::optional<nlohmann::json> parse_json(std::string_view text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

}  // namespace icure::sandbox
