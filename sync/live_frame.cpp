#include "sync/live_frame.h"

#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "sync/rest.h"

namespace icure::sync {
namespace {

using Json = nlohmann::ordered_json;

std::string_view class_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return "User";
    case Kind::hcp:
      return "HealthcareParty";
    case Kind::patient:
      return "Patient";
    case Kind::device:
      return "Device";
  }
  return "";
}

Json filter_of(Kind kind, const std::vector<std::string>& patients_of) {
  if (kind != Kind::patient) return Json::parse(all_filter(kind));
  auto filters = Json::array();
  for (const auto& owner : patients_of) filters.push_back(Json::parse(patients_of_filter(owner)));
  if (filters.size() == 1) return filters.front();
  return {{"$type", "UnionFilter"}, {"filters", std::move(filters)}};
}

std::string text_of(simdjson::dom::element object, const char* name) {
  std::string_view text;
  if (object[name].get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

}  // namespace

Answer<Hint> parse_hint(Kind kind, std::string frame) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  frame.reserve(frame.size() + simdjson::SIMDJSON_PADDING);
  if (parser.parse(frame.data(), frame.size(), false).get(root) != simdjson::SUCCESS) {
    return Fault{Cause::bad_answer, 0, "a notification is not JSON"};
  }
  Hint hint{text_of(root, "id"), text_of(root, "rev"), false};
  if (hint.id.empty() || hint.rev.empty()) {
    return Fault{Cause::bad_answer, 0, "a notification lacks id or rev"};
  }
  simdjson::dom::element date;
  const bool deleted = root["deletionDate"].get(date) == simdjson::SUCCESS && !date.is_null();
  const bool inactive = kind == Kind::user && text_of(root, "status") != "ACTIVE";
  hint.takes_away = deleted || inactive;
  return hint;
}

std::string subscription(Kind kind, const std::vector<std::string>& patients_of) {
  // platform: DELETE may not be known there, and an unknown type would refuse the whole socket. The
  // two last members ask for documents as `byIds` gives them.
  const Json json = {{"eventTypes", {"CREATE", "UPDATE"}},
                     {"entityClass", "org.taktik.icure.entities." + std::string(class_of(kind))},
                     {"filter", {{"filter", filter_of(kind, patients_of)}}},
                     {"accessControlKeys", nullptr},
                     {"useCardinalModelSerialization", false},
                     {"includeLegacyFields", true}};
  return json.dump();
}

}  // namespace icure::sync
