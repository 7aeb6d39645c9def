#include "daemon/api/request_counts.h"

#include <algorithm>
#include <map>

namespace icure::api {
namespace {

double seconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

void RequestCounts::ended(const ipc::CallEnd& call) {
  auto& counts = by_method_[call.trace.method];
  const auto known =
      std::find_if(counts.outcomes.begin(), counts.outcomes.end(),
                   [&call](const auto& outcome) { return outcome.first == call.outcome; });
  if (known != counts.outcomes.end()) {
    ++known->second;
  } else {
    counts.outcomes.emplace_back(call.outcome, 1);
  }
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds(call.took));
  ++counts.took[static_cast<std::size_t>(bound - kBounds.begin())];
  counts.sum += call.took;
}

void RequestCounts::write(OpenMetrics& out) const {
  std::map<std::string_view, const Counts*> sorted;
  for (const auto& [method, counts] : by_method_) {
    sorted[method ? std::string_view(method->name) : "unknown"] = &counts;
  }
  out.family("icure_syncd_requests", OpenMetrics::Type::counter,
             "Calls on the socket that ended, by method and outcome.");
  for (const auto& [method, counts] : sorted) {
    for (const auto& [outcome, count] : counts->outcomes) {
      out.sample(static_cast<double>(count), {{"method", method}, {"outcome", outcome}});
    }
  }
  out.family("icure_syncd_request_duration_seconds", OpenMetrics::Type::histogram,
             "How long calls took, from the line that was read to the answer.", "seconds");
  for (const auto& [method, counts] : sorted) {
    out.histogram(kBounds, counts->took, seconds(counts->sum), {{"method", method}});
  }
}

}  // namespace icure::api
