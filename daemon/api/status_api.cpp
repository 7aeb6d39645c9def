#include "daemon/api/status_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/batch_json.h"
#include "daemon/api/outbox_status.h"
#include "daemon/api/schemas.h"

namespace icure::api {
namespace {

using Json = nlohmann::ordered_json;

using namespace std::chrono_literals;

// Beyond this the ages that we tell are wrong, and certificates fail soon.
constexpr Millis kClockFault = 5min;

std::optional<Warning> clock_warning(std::optional<Millis> server_ahead) {
  if (!server_ahead || std::chrono::abs(*server_ahead) < kClockFault) return std::nullopt;
  const auto minutes = std::to_string(std::chrono::abs(*server_ahead) / 1min);
  const auto* side = *server_ahead > 0ms ? " min behind" : " min ahead of";
  return Warning{"clock", "this machine's clock is " + minutes + side + " the platform's",
                 "switch time synchronisation on: timedatectl set-ntp true"};
}

Json to_json(const Warning& warning) {
  return {{"code", warning.code}, {"text", warning.text}, {"hint", warning.hint}};
}

}  // namespace

void StatusApi::register_on(ipc::Methods& methods) {
  methods.add({"daemon.status", ipc::Role::reader, "How the daemon, its mirror and its line are",
               R"({"$ref":"#/components/schemas/Status"})", ipc::Effect::none},
              *this, &StatusApi::status);
  methods.add({"config.show", ipc::Role::admin, "Every setting and where it came from",
               R"({"type":"object","properties":{"values":{"type":"array","items":{)"
               R"("type":"object","properties":{"key":{"type":"string"},)"
               R"("value":{"type":"string"},"source":{"type":"string"}},)"
               R"("required":["key","value","source"]}}},"required":["values"]})",
               ipc::Effect::none},
              *this, &StatusApi::config);
}

StatusApi::State StatusApi::state() const {
  const auto& engine = directory_.engine;
  const auto& connection = engine.connection();
  const auto& last = engine.last();
  if (const auto is = condition_.last(); is != store::Condition::Is::sound) {
    const bool ledger =
        is == store::Condition::Is::ledger_damaged || is == store::Condition::Is::ledger_locked;
    return {"degraded", ledger ? sync::Cause::store : sync::Cause::disk,
            condition_since_.value_or(facts_.started)};
  }
  if (connection.known && !connection.online) {
    return {"offline", connection.cause, engine.since()};
  }
  if (last && last->state == "failed") {
    return {"degraded", sync::cause_named(last->cause), *last->finished};
  }
  if (const auto braked = directory_.brake.open(); !braked.empty()) {
    return {"degraded", sync::Cause::none, braked.front().since};
  }
  const auto starting = std::max(engine.since(), facts_.started);  // also after a pause
  if (!connection.known) return {"starting", sync::Cause::none, starting};
  return {"online", sync::Cause::none, engine.since()};
}

/// The store knows more exactly what it lacks.
Warning StatusApi::warning_of(sync::Cause cause) const {
  const std::string code(sync::word_of(cause));
  if (const auto is = condition_.last(); is != store::Condition::Is::sound) {
    auto error = store::error_of(is);
    return {code, std::move(error.message), std::move(error.hint)};
  }
  const auto words = sync::explain(cause);
  return {code, std::string(words.text), std::string(words.hint)};
}

/// What a batch is, and what a person can do about it.
Warning StatusApi::explain(const store::Batch& batch) {
  std::string what;
  const auto add = [&what](std::uint64_t count, const char* words) {
    if (count == 0) return;
    what += (what.empty() ? "" : ", ") + std::to_string(count) + ' ' + words;
  };
  add(batch.deletes, "deleted");
  add(batch.hides, "no longer visible");
  add(batch.disables, "disabled");
  return {"braked",
          "the platform says so many " + std::string(name_of(batch.kind)) +
              "s are gone at once that they are kept until somebody decides: " + what,
          "ask the platform's administrator if that was meant; then icurectl sync approve " +
              batch.id + " apply, or discard to keep them"};
}

std::string StatusApi::summary() const {
  std::string text = state().name;
  for (const auto kind : directory_.kinds) {
    auto known = directory_.point.state(kind);
    if (!known) continue;
    text += (text.find(';') == std::string::npos ? "; " : ", ") + std::to_string(known->count) +
            " " + std::string(name_of(kind)) + "s";
  }
  return text;
}

ipc::Methods::Answer StatusApi::status(ipc::Call call, ipc::NoParams) {
  if (const auto before = condition_.last(); condition_.glance() != before) condition_changed();
  const auto& engine = directory_.engine;
  const auto now = state();
  Json json = {{"state", now.name}};
  if (now.cause != sync::Cause::none) json["cause"] = sync::word_of(now.cause);
  json["since"] = rfc3339(now.since);
  json["version"] = facts_.version;
  json["mirror"] = Json::object();
  for (const auto kind : directory_.kinds) {
    if (!call.grant().may_see(kind)) continue;
    auto known = directory_.point.state(kind);
    if (!known) co_return known.error();
    Json entry = {{"count", known->count}};
    if (known->as_of) entry["as_of"] = rfc3339(*known->as_of);
    entry["complete"] = known->complete;
    if (engine.running()) {
      const auto at = engine.running()->kinds.find(kind);
      if (at != engine.running()->kinds.end()) entry["progress"] = at->second.seen;
    }
    json["mirror"][std::string(name_of(kind))] = std::move(entry);
  }
  json["live"] = Json::object();
  for (const auto kind : directory_.kinds) {
    if (!call.grant().may_see(kind)) continue;
    json["live"][std::string(name_of(kind))] = sync::word_of(live_.state(kind));
  }
  if (keys_.any() && call.grant().may_see(Kind::patient)) {
    const auto& progress = keys_.progress();
    json["decryption"] = {{"keys", progress.keys},
                          {"readable", progress.readable},
                          {"unreadable", progress.unreadable},
                          {"left", progress.left}};
  }
  json["outbox"] = Json::parse(outbox_status(outbox_.summary()));
  json["braked"] = Json::array();
  const auto braked = directory_.brake.open();
  for (const auto& batch : braked) {
    if (call.grant().may_see(batch.kind)) json["braked"].push_back(to_json(batch));
  }
  if (engine.next_run()) json["next_sync"] = rfc3339(*engine.next_run());
  json["warnings"] = Json::array();
  if (now.cause != sync::Cause::none) {
    json["warnings"].push_back(to_json(warning_of(now.cause)));
  }
  for (const auto& batch : braked) {
    if (call.grant().may_see(batch.kind)) json["warnings"].push_back(to_json(explain(batch)));
  }
  if (const auto warning = clock_warning(session_.server_ahead())) {
    json["warnings"].push_back(to_json(*warning));
  }
  if (const auto missing = live_.missing(); !missing.empty()) {
    const Warning warning{"live", missing + ": changes are seen by the next sync only",
                          "install libcurl4 8.11 or newer (Debian 12: from bookworm-backports), or "
                          "set [sync] live = false"};
    json["warnings"].push_back(to_json(warning));
  }
  for (const auto& warning :
       outbox_warnings(outbox_.summary(), directory_.clock.wall(), warn_after_)) {
    json["warnings"].push_back(to_json(warning));
  }
  if (const auto warning = audit_.warning()) json["warnings"].push_back(to_json(*warning));
  for (const auto& warning : facts_.warnings) json["warnings"].push_back(to_json(warning));
  co_return json.dump();
}

ipc::Methods::Answer StatusApi::config(ipc::Call, ipc::NoParams) {
  Json values = Json::array();
  for (const auto& each : shown_) {
    values.push_back({{"key", each.key}, {"value", each.value}, {"source", each.source}});
  }
  const Json json = {{"values", std::move(values)}};
  // The path of a file may be any bytes.
  co_return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace icure::api
