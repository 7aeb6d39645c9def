#include "sync/outbox/document_form.h"

#include <nlohmann/json.hpp>

namespace icure::sync {
namespace {

using Json = nlohmann::json;

Json parsed(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string text_of(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_object() ? dumped(*at) : std::string();
}
Json value_of(const std::string& text) {
  return text.empty() ? Json() : parsed(text);
}
std::string value_in(const Json& object, const std::string& name) {
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? std::string() : dumped(*at);
}

/// What the edit was made of, as far as the platform has it: of each member that the edit names
/// the version with our earlier edits if theirs has that, else the one without.
Json base_for(const DocumentForm& form, const Json& theirs) {
  auto base = parsed(form.base);
  if (form.shown.empty()) return base;
  auto shown = parsed(form.shown);
  if (!base.is_object()) return shown;  // there was none before our own creation
  const auto patch = parsed(form.patch);
  for (const auto& [name, asked] : patch.items()) {
    if (value_in(theirs, name) != value_in(shown, name)) continue;
    base[name] = shown.contains(name) ? shown[name] : Json();
  }
  return base;
}

}  // namespace

std::string to_content(const DocumentForm& form) {
  Json json = Json::object();
  const auto put = [&json](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = parsed(text);
  };
  put("document", form.document);
  put("patch", form.patch);
  put("base", form.base);
  put("shown", form.shown);
  return dumped(json);
}

Result<DocumentForm> from_content(std::string_view content) {
  const auto json = parsed(content);
  if (!json.is_object()) {
    return Error{Code::corrupt, "what was to be done cannot be read any more",
                 "discard this and enter it again"};
  }
  return DocumentForm{text_of(json, "document"), text_of(json, "patch"), text_of(json, "base"),
                      text_of(json, "shown")};
}

std::string with_conflict(std::string_view content, std::string_view theirs,
                          const std::vector<write::Conflict>& conflicts) {
  auto json = parsed(content);
  const auto document = parsed(theirs);
  Json members = Json::array();
  for (const auto& each : conflicts) {
    members.push_back({{"member", each.member},
                       {"base", value_of(each.base)},
                       {"ours", value_of(each.ours)},
                       {"theirs", value_of(each.theirs)}});
  }
  json["conflict"] = {{"rev", document.value("rev", "")}, {"members", std::move(members)}};
  return dumped(json);
}

std::string conflict_in(std::string_view content) {
  const auto json = parsed(content);
  return json.is_object() ? text_of(json, "conflict") : std::string();
}

Result<write::Merge> merge_into(const DocumentForm& form, std::string_view theirs) {
  const auto document = parsed(theirs);
  const auto base = document.is_object() ? base_for(form, document) : Json();
  return write::merge(dumped(base), form.patch, theirs);
}

std::vector<write::Conflict> differences(const DocumentForm& form, std::string_view theirs) {
  const auto document = parsed(theirs);
  const auto base = base_for(form, document);
  std::vector<write::Conflict> found;
  const auto patch = parsed(form.patch);
  for (const auto& [name, asked] : patch.items()) {
    auto ours = base;
    ours.merge_patch({{name, asked}});
    found.push_back(
        {"/" + name, value_in(base, name), value_in(ours, name), value_in(document, name)});
  }
  return found;
}

}  // namespace icure::sync
