#include "ipc/openrpc.h"

#include <nlohmann/json.hpp>

namespace icure::ipc {
namespace {

using Json = nlohmann::ordered_json;

// A string's limits are of its length, an integer's of its value.
void add_limits(Json& schema, const ParamRule& rule, const char* least, const char* most) {
  if (rule.least) schema[least] = *rule.least;
  if (rule.most) schema[most] = *rule.most;
}

Json string_schema(const ParamRule& rule) {
  Json schema = {{"type", "string"}};
  add_limits(schema, rule, "minLength", "maxLength");
  if (rule.allowed_count > 0) {
    schema["enum"] =
        std::vector(rule.allowed.begin(),
                    rule.allowed.begin() + static_cast<std::ptrdiff_t>(rule.allowed_count));
  }
  return schema;
}

Json schema_of(const ParamRule& rule) {
  switch (rule.type) {
    case ParamType::string:
      return string_schema(rule);
    case ParamType::secret: {
      auto schema = string_schema(rule);
      schema["format"] = "password";
      schema["writeOnly"] = true;
      return schema;
    }
    case ParamType::strings:
      return {{"type", "array"}, {"items", string_schema(rule)}};
    case ParamType::boolean:
      return {{"type", "boolean"}};
    case ParamType::object:
      return {{"type", "object"}};
    case ParamType::integer: {
      Json schema = {{"type", "integer"}};
      add_limits(schema, rule, "minimum", "maximum");
      return schema;
    }
  }
  std::abort();
}

Json pairing(const std::string& method, const Example& example) {
  const auto named = Json::parse(example.params);
  Json params = Json::array();
  for (const auto& [name, value] : named.items()) {
    params.push_back({{"name", name}, {"value", value}});
  }
  return {{"name", method},
          {"params", std::move(params)},
          {"result", {{"name", "result"}, {"value", Json::parse(example.result)}}}};
}

Json describe(const Methods::Method& method) {
  Json params = Json::array();
  // OpenRPC wants required params before the others.
  for (const bool required : {true, false}) {
    for (const auto& rule : method.params) {
      if (rule.required != required) continue;
      params.push_back({{"name", rule.name},
                        {"summary", rule.about},
                        {"required", rule.required},
                        {"schema", schema_of(rule)}});
    }
  }
  Json described = {{"name", method.info.name},
                    {"summary", method.info.summary},
                    {"paramStructure", "by-name"},
                    {"params", std::move(params)},
                    {"result", {{"name", "result"}, {"schema", Json::parse(method.info.result)}}},
                    {"x-role", name_of(method.info.role)}};
  if (method.example) {
    described["examples"] = Json::array({pairing(method.info.name, *method.example)});
  }
  return described;
}

}  // namespace

std::string openrpc_document(const Methods& methods, std::string_view version) {
  Json described = Json::array();
  for (const auto& method : methods.all()) described.push_back(describe(*method));
  Json schemas = Json::object();
  for (const auto& [name, schema] : methods.schemas()) schemas[name] = Json::parse(schema);
  const Json document = {{"openrpc", "1.2.6"},
                         {"info", {{"title", "icure-syncd"}, {"version", version}}},
                         {"methods", std::move(described)},
                         {"components", {{"schemas", std::move(schemas)}}}};
  return document.dump();
}

}  // namespace icure::ipc
