#include "daemon/api/batch_json.h"

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

std::string_view word_of(store::BatchState state) {
  switch (state) {
    case store::BatchState::open:
      return "open";
    case store::BatchState::applied:
      return "applied";
    case store::BatchState::discarded:
      return "discarded";
    case store::BatchState::withdrawn:
      return "withdrawn";
  }
  return "";
}

}  // namespace

nlohmann::ordered_json to_json(const store::Batch& batch) {
  return {{"id", batch.id},
          {"kind", name_of(batch.kind)},
          {"deletes", batch.deletes},
          {"disables", batch.disables},
          {"hides", batch.hides},
          {"since", rfc3339(batch.since)},
          {"state", word_of(batch.state)}};
}

}  // namespace icure::api
