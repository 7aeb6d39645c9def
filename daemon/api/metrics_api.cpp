#include "daemon/api/metrics_api.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/api/process_metrics.h"

namespace icure::api {
namespace {

using Type = OpenMetrics::Type;

constexpr std::array kFiles = {"mirror.db",     "mirror.db-wal", "ledger.db",
                               "ledger.db-wal", "audit.db",      "audit.db-wal"};

double seconds(Millis span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

void MetricsApi::register_on(ipc::Methods& methods) {
  methods.add({"daemon.metrics", ipc::Role::reader, "Figures for monitoring, in OpenMetrics format",
               R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})",
               ipc::Effect::none},
              *this, &MetricsApi::metrics);
}

ipc::Methods::Answer MetricsApi::metrics(ipc::Call call, ipc::NoParams) {
  OpenMetrics out;
  out.family("icure_syncd_build", Type::info, "Which program this is.");
  out.info({{"version", parts_.version}});
  write_line(out);
  auto mirror = write_mirror(out, call.grant());
  if (!mirror) co_return std::move(mirror).error();
  write_outbox(out);
  parts_.requests.write(out);
  write_store(out);
  write_process(out, parts_.started);
  const nlohmann::json json = {{"text", std::move(out).finish()}};
  co_return json.dump();
}

void MetricsApi::write_line(OpenMetrics& out) const {
  out.family("icure_syncd_online", Type::gauge, "1 while the platform can be used.");
  out.sample(parts_.directory.engine.connection().online ? 1 : 0);
  out.family("icure_syncd_platform_requests", Type::counter,
             "Requests that the sync sent to the platform.");
  out.sample(static_cast<double>(parts_.rest.requests()));
  out.family("icure_syncd_platform_received_bytes", Type::counter,
             "Bytes of the platform's answers to the sync.", "bytes");
  out.sample(static_cast<double>(parts_.rest.bytes()));
}

/// Fails as MirrorReader::state().
Result<Done> MetricsApi::write_mirror(OpenMetrics& out, const ipc::Grant& grant) const {
  std::map<Kind, store::KindState> states;
  for (const auto kind : parts_.directory.kinds) {
    if (!grant.may_see(kind)) continue;
    auto state = parts_.directory.point.state(kind);
    if (!state) return std::move(state).error();
    states.emplace(kind, *state);
  }
  out.family("icure_syncd_mirror_rows", Type::gauge, "Entities in the mirror, by kind.");
  for (const auto& [kind, state] : states) {
    out.sample(static_cast<double>(state.count), {{"kind", name_of(kind)}});
  }
  out.family("icure_syncd_mirror_complete", Type::gauge,
             "1 if the kind was fully mirrored at least once.");
  for (const auto& [kind, state] : states) {
    out.sample(state.complete ? 1 : 0, {{"kind", name_of(kind)}});
  }
  out.family("icure_syncd_mirror_age_seconds", Type::gauge,
             "How long ago the last full check against the platform began, by kind.", "seconds");
  for (const auto& [kind, state] : states) {
    if (!state.as_of) continue;
    const auto age = std::max(Millis(0), parts_.directory.clock.wall() - *state.as_of);
    out.sample(seconds(age), {{"kind", name_of(kind)}});
  }
  std::map<Kind, int> braked;
  for (const auto& batch : parts_.directory.brake.open()) ++braked[batch.kind];
  out.family("icure_syncd_braked_batches", Type::gauge,
             "Batches of deletions that wait for somebody's decision, by kind.");
  for (const auto& [kind, state] : states) out.sample(braked[kind], {{"kind", name_of(kind)}});
  return Done{};
}

void MetricsApi::write_outbox(OpenMetrics& out) const {
  const auto& summary = parts_.outbox.summary();
  out.family("icure_syncd_outbox_items", Type::gauge, "Accepted changes, by state.");
  for (std::size_t state = 0; state < store::kItemStates; ++state) {
    out.sample(static_cast<double>(summary.counts[state]),
               {{"state", store::kItemStateNames[state]}});
  }
  Millis oldest{0};
  if (summary.oldest) {
    oldest = std::max(oldest, parts_.directory.clock.wall() - *summary.oldest);
  }
  out.family("icure_syncd_outbox_oldest_age_seconds", Type::gauge,
             "For how long the oldest change has waited that is not through; 0: none waits.",
             "seconds");
  out.sample(seconds(oldest));
}

void MetricsApi::write_store(OpenMetrics& out) const {
  out.family("icure_syncd_store_file_bytes", Type::gauge, "Size of the store's files.", "bytes");
  for (const auto* file : kFiles) {
    struct stat facts {};
    if (stat((parts_.store_directory + '/' + file).c_str(), &facts) != 0) continue;
    out.sample(static_cast<double>(facts.st_size), {{"file", file}});
  }
  out.family("icure_syncd_audit_waiting_entries", Type::gauge,
             "Entries of the audit log that are not written yet.");
  out.sample(static_cast<double>(parts_.audit.waiting()));
  out.family("icure_syncd_audit_lost_calls", Type::counter,
             "Calls that the audit log counts, but does not list: more came than was written.");
  out.sample(static_cast<double>(parts_.audit.lost()));
}

}  // namespace icure::api
