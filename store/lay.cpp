#include "store/lay.h"

#include <nlohmann/json.hpp>

namespace icure::store {
namespace {

using Json = nlohmann::ordered_json;  // members stay in the platform's order

}  // namespace

Result<std::optional<Row>> lay(std::string_view id, std::optional<Row> row,
                               const std::vector<Layer>& layers) {
  std::optional<Json> edited;  // absent: the row is as the mirror has it
  for (const auto& layer : layers) {
    if (layer.is == Overlay::Is::removal) {
      row.reset();
      continue;
    }
    const bool creates = layer.is == Overlay::Is::creation;
    // Once the mirror has what was created, the platform's own document counts. What is deleted
    // there is not brought back by an edit.
    if (creates == row.has_value()) continue;
    if (creates) {
      row.emplace().id = id;
      edited = Json::object();
    } else if (!edited) {
      edited = Json::parse(row->json, nullptr, false);
    }
    const auto patch = Json::parse(layer.patch, nullptr, false);
    if (!edited->is_object() || !patch.is_object()) {
      return Error{Code::corrupt, "a queued change, or what it changes, is damaged"};
    }
    edited->merge_patch(patch);
  }
  if (!row) return std::optional<Row>();
  if (edited) row->json = edited->dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const auto& layer : layers) row->pending.push_back(layer.item);
  return row;
}

}  // namespace icure::store
