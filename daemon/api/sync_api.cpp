#include "daemon/api/sync_api.h"

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

// A forgotten pause must not leave a clinic with the mirror of last month.
constexpr std::int64_t kPauseS = 7L * 24 * 3600;
constexpr std::int64_t kRows = 20;

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
  methods.add({"sync.pause", ipc::Role::admin, "Send nothing to the platform for a while",
               R"({"type":"object"})"},
              *this, &SyncApi::pause);
  methods.add(
      {"sync.resume", ipc::Role::admin, "End a pause and sync at once", R"({"type":"object"})"},
      *this, &SyncApi::resume);
  methods.add({"sync.history", ipc::Role::admin, "The last runs of the sync, newest first",
               R"({"type":"object","properties":{"rows":{"type":"array","items":)"
               R"({"$ref":"#/components/schemas/Run"}}},"required":["rows"]})",
               ipc::Effect::none},
              *this, &SyncApi::history);
}

ipc::Methods::Answer SyncApi::run(ipc::Call, SyncRun request) {
  auto run = co_await engine_.run_now(request.full.value_or(false), request.wait.value_or(false));
  if (!run) co_return run.error();
  co_return nlohmann::ordered_json{{"run", to_json(*run)}}.dump();
}

ipc::Methods::Answer SyncApi::pause(ipc::Call, SyncPause request) {
  const std::chrono::seconds duration(request.for_s.value_or(kPauseS));
  auto paused = co_await engine_.pause(duration);
  if (!paused) co_return paused.error();
  co_return std::string("{}");
}

ipc::Methods::Answer SyncApi::resume(ipc::Call, ipc::NoParams) {
  auto resumed = co_await engine_.resume();
  if (!resumed) co_return resumed.error();
  co_return std::string("{}");
}

ipc::Methods::Answer SyncApi::history(ipc::Call, SyncHistory request) {
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kRows));
  auto runs = co_await engine_.history(limit);
  if (!runs) co_return runs.error();
  auto rows = nlohmann::ordered_json::array();
  for (const auto& run : *runs) rows.push_back(to_json(run));
  const nlohmann::ordered_json json = {{"rows", std::move(rows)}};
  co_return json.dump();
}

}  // namespace icure::api
