#include "daemon/api/item_json.h"

#include <nlohmann/json.hpp>

#include "sync/outbox/document_form.h"

namespace icure::api {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<store::Step>& steps) {
  auto json = Json::array();
  for (const auto& step : steps) {
    Json each = {{"step", step.step}, {"at", rfc3339(step.at)}};
    if (!step.note.empty()) each["note"] = step.note;
    json.push_back(std::move(each));
  }
  return json;
}

Json to_json(const store::Item& item, const std::vector<store::Step>& steps) {
  Json json = {{"id", item.id},
               {"op", item.op},
               {"kind", name_of(item.kind)},
               {"entity", item.entity},
               {"state", name_of(item.state)},
               {"attempts", item.attempts},
               {"created", rfc3339(item.created)}};
  if (item.next_try) json["next_try"] = rfc3339(*item.next_try);
  if (!item.last_error.empty()) json["last_error"] = item.last_error;
  if (!item.hint.empty()) json["hint"] = item.hint;
  json["steps"] = to_json(steps);
  return json;
}

Json conflict_of(const ipc::Grant& grant, const store::Item& item) {
  auto conflict = Json::parse(sync::conflict_in(item.content), nullptr, /*allow_exceptions=*/false);
  if (!conflict.is_object()) return nullptr;
  auto visible = Json::array();
  for (auto& each : conflict["members"]) {
    const auto pointer = each.value("member", "/");
    const auto name = pointer.substr(1, pointer.find('/', 1) - 1);
    if (grant.may_look_up_by(item.kind, name)) visible.push_back(std::move(each));
  }
  conflict["members"] = std::move(visible);
  return conflict;
}

}  // namespace icure::api
