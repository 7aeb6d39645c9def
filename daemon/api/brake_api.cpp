#include "daemon/api/brake_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/batch_json.h"
#include "daemon/api/reads.h"

namespace icure::api {
namespace {

std::string_view word_of(store::Gone how) {
  switch (how) {
    case store::Gone::deleted:
      return "deleted";
    case store::Gone::purged:
      return "purged";
    case store::Gone::hidden:
      return "hidden";
  }
  return "";
}

nlohmann::ordered_json to_json(const store::Tombstone& tombstone) {
  nlohmann::ordered_json json = {{"kind", name_of(tombstone.kind)}, {"id", tombstone.id}};
  if (!tombstone.rev.empty()) json["rev"] = tombstone.rev;
  json["how"] = word_of(tombstone.how);
  json["at"] = rfc3339(tombstone.at);
  return json;
}

/// Where a page of tombstones ended: kinds come one after another, in the order of their numbers.
std::string mark_of(const store::Tombstone& last) {
  return std::string(name_of(last.kind)) + '/' + last.id;
}

}  // namespace

void BrakeApi::register_on(ipc::Methods& methods) {
  methods.add(
      {"sync.plan", ipc::Role::operator_, "What a full sync would change; nothing is applied",
       R"({"type":"object","properties":{"kinds":{"type":"object",)"
       R"("additionalProperties":{"$ref":"#/components/schemas/PlannedCounts"}},)"
       R"("would_brake":{"type":"array","items":{"type":"string"}}},)"
       R"("required":["kinds","would_brake"]})",
       ipc::Effect::none},
      *this, &BrakeApi::plan);
  methods.add({"sync.approve", ipc::Role::admin, "Decide about changes that are held back",
               R"({"type":"object","properties":{"batch":{"$ref":"#/components/schemas/Batch"}},)"
               R"("required":["batch"]})"},
              *this, &BrakeApi::approve);
  methods.add({"sync.tombstones", ipc::Role::operator_,
               "What the platform deleted, purged or hides from us",
               R"({"type":"object","properties":{"rows":{"type":"array","items":{"$ref":)"
               R"("#/components/schemas/Tombstone"}},"next":{"type":"string"}},)"
               R"("required":["rows"]})",
               ipc::Effect::reads},
              *this, &BrakeApi::tombstones);
}

ipc::Methods::Answer BrakeApi::plan(ipc::Call call, ipc::NoParams) {
  if (auto not_now = directory_.engine.why_not_now()) co_return std::move(*not_now);
  auto planned = co_await sweeper_.plan(directory_.kinds, call.stop());
  if (!planned) {
    directory_.engine.failed(planned.error());
    co_return sync::error_of(planned.error());
  }
  directory_.engine.succeeded();
  nlohmann::ordered_json kinds = nlohmann::ordered_json::object();
  auto would_brake = nlohmann::ordered_json::array();
  for (const auto& [kind, plan] : *planned) {
    kinds[std::string(name_of(kind))] = {
        {"seen", plan.counts.seen},       {"added", plan.counts.added},
        {"changed", plan.counts.changed}, {"deleted", plan.counts.deleted},
        {"disabled", plan.disabled},      {"held", plan.counts.held}};
    if (plan.counts.held > 0) would_brake.push_back(name_of(kind));
  }
  const nlohmann::ordered_json json = {{"kinds", kinds}, {"would_brake", would_brake}};
  co_return json.dump();
}

ipc::Methods::Answer BrakeApi::approve(ipc::Call call, BatchApprove request) {
  const auto decision =
      request.decision == "apply" ? sync::Decision::apply : sync::Decision::discard;
  auto batch = co_await approver_.decide(std::move(request.batch), decision, call.stop());
  if (!batch) co_return batch.error();
  const nlohmann::ordered_json json = {{"batch", to_json(*batch)}};
  co_return json.dump();
}

ipc::Methods::Answer BrakeApi::tombstones(ipc::Call call, TombstoneList request) {
  std::vector<Kind> kinds;
  if (request.kind) {
    const auto kind = *kind_named(*request.kind);
    if (auto seen = call.grant().check(kind); !seen) co_return seen.error();
    kinds.push_back(kind);
  } else {
    for (const auto kind : kAllKinds) {
      if (call.grant().may_see(kind)) kinds.push_back(kind);
    }
  }
  const auto mark = request.cursor ? *from_cursor(*request.cursor) : "";
  const auto from = kind_named(std::string_view(mark).substr(0, mark.find('/')));
  const auto after = from ? mark.substr(mark.find('/') + 1) : "";
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  auto job = [this, &kinds, from, &after, limit]() -> Result<std::vector<store::Tombstone>> {
    std::vector<store::Tombstone> found;
    for (const auto kind : kinds) {
      if (from && kind < *from) continue;
      // One more than asked tells whether there is a next page.
      const auto& begin = kind == from ? after : std::string();
      auto more = directory_.scan.tombstones(kind, begin, limit + 1 - found.size());
      if (!more) {
        directory_.scan.end_turn();
        return more.error();
      }
      std::move(more->begin(), more->end(), std::back_inserter(found));
      if (found.size() > limit) break;
    }
    directory_.scan.end_turn();
    return found;
  };
  auto found = co_await directory_.scanner.run(std::move(job));
  if (!found) co_return found.error();
  nlohmann::ordered_json json = {{"rows", nlohmann::ordered_json::array()}};
  const bool more = found->size() > limit;
  if (more) found->resize(limit);
  call.tells(found->size());
  for (const auto& tombstone : *found) json["rows"].push_back(to_json(tombstone));
  if (more) json["next"] = to_cursor(mark_of(found->back()));
  co_return json.dump();
}

}  // namespace icure::api
