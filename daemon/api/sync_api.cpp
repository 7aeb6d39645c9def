#include "daemon/api/sync_api.h"

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

nlohmann::ordered_json to_json(const store::Run& run) {
  nlohmann::ordered_json json = {{"id", run.id},
                                 {"trigger", run.trigger},
                                 {"full", run.full},
                                 {"started", rfc3339(run.started)}};
  if (run.finished) json["finished"] = rfc3339(*run.finished);
  json["state"] = run.state;
  if (!run.cause.empty()) json["cause"] = run.cause;
  json["requests"] = run.requests;
  json["bytes"] = run.bytes;
  json["kinds"] = nlohmann::ordered_json::object();
  for (const auto& [kind, counts] : run.kinds) {
    json["kinds"][std::string(name_of(kind))] = {{"seen", counts.seen},
                                                 {"added", counts.added},
                                                 {"changed", counts.changed},
                                                 {"deleted", counts.deleted},
                                                 {"held", counts.held}};
  }
  return json;
}

}  // namespace

void SyncApi::register_on(ipc::Methods& methods) {
  methods.add({"sync.run", ipc::Role::operator_, "Sync with the platform now",
               R"({"type":"object","properties":{"run":{"$ref":"#/components/schemas/Run"}},)"
               R"("required":["run"]})"},
              *this, &SyncApi::run);
}

ipc::Methods::Answer SyncApi::run(ipc::Call, SyncRun request) {
  auto run = co_await engine_.run_now(request.full.value_or(false), request.wait.value_or(false));
  if (!run) co_return run.error();
  co_return nlohmann::ordered_json{{"run", to_json(*run)}}.dump();
}

}  // namespace icure::api
