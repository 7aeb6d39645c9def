#include "sync/decrypt/metadata.h"

#include <algorithm>
#include <optional>

namespace icure::sync::decrypt {
namespace {

namespace od = simdjson::ondemand;

/// The object that `json` is; null counts as absent.
std::optional<od::object> root_of(od::parser& parser, od::document& document, std::string_view json,
                                  bool& readable) {
  if (json.empty() || json == "null") return std::nullopt;
  const simdjson::padded_string_view padded(json.data(), json.size(),
                                            json.size() + simdjson::SIMDJSON_PADDING);
  od::object root;
  if (parser.iterate(padded).get(document) == simdjson::SUCCESS &&
      document.get_object().get(root) == simdjson::SUCCESS) {
    return root;
  }
  readable = false;
  return std::nullopt;
}

/// A string; a slice of the text unless it has escapes.
std::optional<std::string_view> text_of(od::value value) {
  auto token = value.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  if (token.size() < 2 || token.front() != '"') return std::nullopt;
  if (token.find('\\') == token.npos) return token.substr(1, token.size() - 2);
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// A member's name in the same way.
std::string_view name_of(od::field& field, std::string_view json) {
  const char* start = field.key().raw();
  const auto rest = json.substr(static_cast<std::size_t>(start - json.data()));
  const auto end = rest.find_first_of("\"\\");
  if (end != rest.npos && rest[end] == '"') return rest.substr(0, end);
  std::string_view name;
  if (field.unescaped_key().get(name) != simdjson::SUCCESS) return {};
  return name;
}

bool read_one(od::object entry, std::string_view json, Delegation& delegation) {
  for (auto member : entry) {
    od::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    const auto name = name_of(field, json);
    const bool wanted = name == "owner" || name == "key";
    if (!wanted) continue;
    const auto text = text_of(field.value());
    if (!text) return false;
    (name == "key" ? delegation.sealed : delegation.delegator) = *text;
  }
  return !delegation.sealed.empty() && !delegation.delegator.empty();
}

/// Appends a list of base64 texts.
bool read_values(od::value value, std::vector<SecureValue>& values) {
  bool is_null = false;
  if (value.is_null().get(is_null) == simdjson::SUCCESS && is_null) return true;
  od::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) return false;
  for (auto element : list) {
    if (element.error() != simdjson::SUCCESS) return false;
    const auto text = text_of(element.value_unsafe());
    if (!text) return false;
    values.push_back({{}, {}, *text});
  }
  return true;
}

bool read_secure(od::object entry, std::string_view json, std::string_view delegation_key,
                 SecureDelegations& delegations) {
  const auto first_key = delegations.encryption_keys.size();
  const auto first_id = delegations.secret_ids.size();
  std::string_view exchange_data_id;
  bool readable = true;
  for (auto member : entry) {
    od::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    const auto name = name_of(field, json);
    if (name == "encryptionKeys") {
      readable &= read_values(field.value(), delegations.encryption_keys);
    } else if (name == "secretIds") {
      readable &= read_values(field.value(), delegations.secret_ids);
    } else if (name == "exchangeDataId") {
      exchange_data_id = text_of(field.value()).value_or(std::string_view());
    }
  }
  // Members come in any order, so the names are filled in at the end.
  const auto name_from = [&](std::vector<SecureValue>& values, std::size_t first) {
    for (auto at = first; at < values.size(); ++at) {
      values[at].delegation_key = delegation_key;
      values[at].exchange_data_id = exchange_data_id;
    }
  };
  name_from(delegations.encryption_keys, first_key);
  name_from(delegations.secret_ids, first_id);
  return readable;
}

}  // namespace

bool read_delegations(od::parser& parser, std::string_view json,
                      std::vector<Delegation>& delegations) {
  delegations.clear();
  bool readable = true;
  od::document document;
  auto root = root_of(parser, document, json, readable);
  if (!root) return readable;
  for (auto member : *root) {
    od::field delegate;
    od::array entries;
    if (std::move(member).get(delegate) != simdjson::SUCCESS) return false;
    const auto name = name_of(delegate, json);
    if (delegate.value().get_array().get(entries) != simdjson::SUCCESS) {
      readable = false;
      continue;
    }
    for (auto element : entries) {
      od::object entry;
      Delegation delegation{{}, name, {}};
      if (element.get_object().get(entry) == simdjson::SUCCESS &&
          read_one(entry, json, delegation)) {
        delegations.push_back(delegation);
      } else {
        readable = false;
      }
    }
  }
  return readable;
}

bool read_security_metadata(od::parser& parser, std::string_view json,
                            SecureDelegations& delegations) {
  delegations.encryption_keys.clear();
  delegations.secret_ids.clear();
  bool readable = true;
  od::document document;
  auto root = root_of(parser, document, json, readable);
  if (!root) return readable;
  for (auto member : *root) {
    od::field field;
    od::object secure;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    if (name_of(field, json) != "secureDelegations") continue;
    if (field.value().get_object().get(secure) != simdjson::SUCCESS) return false;
    for (auto entry : secure) {
      od::field delegation;
      od::object members;
      if (std::move(entry).get(delegation) != simdjson::SUCCESS) return false;
      const auto name = name_of(delegation, json);
      if (delegation.value().get_object().get(members) != simdjson::SUCCESS ||
          !read_secure(members, json, name, delegations)) {
        readable = false;
      }
    }
  }
  return readable;
}

}  // namespace icure::sync::decrypt
