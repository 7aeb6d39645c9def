// Figures as OpenMetrics text. That all of it is valid, a strict parser proves in tests/e2e.
#include <gtest/gtest.h>

#include "daemon/api/request_counts.h"

namespace icure::api {
namespace {

using namespace std::chrono_literals;
using Type = OpenMetrics::Type;

TEST(OpenMetrics, WritesFamiliesWithTheirSamples) {
  OpenMetrics out;
  out.family("a_build", Type::info, "Which.");
  out.info({{"version", "1"}});
  out.family("a_age_seconds", Type::gauge, "How old.", "seconds");
  out.sample(1.5);
  out.sample(1'790'000'000.25, {{"kind", "user"}, {"x", "y"}});
  out.family("a_calls", Type::counter, "How many.");
  out.sample(3);
  EXPECT_EQ(std::move(out).finish(),
            "# TYPE a_build info\n# HELP a_build Which.\na_build_info{version=\"1\"} 1\n"
            "# TYPE a_age_seconds gauge\n# UNIT a_age_seconds seconds\n"
            "# HELP a_age_seconds How old.\na_age_seconds 1.5\n"
            "a_age_seconds{kind=\"user\",x=\"y\"} 1790000000.25\n"
            "# TYPE a_calls counter\n# HELP a_calls How many.\na_calls_total 3\n# EOF\n");
}

TEST(OpenMetrics, EscapesWhatWouldEndALabelOrALine) {
  OpenMetrics out;
  out.family("a", Type::gauge, "x\ny\\");
  out.sample(1, {{"l", "a\"b\\c\nd"}});
  EXPECT_EQ(std::move(out).finish(),
            "# TYPE a gauge\n# HELP a x\\ny\\\\\na{l=\"a\\\"b\\\\c\\nd\"} 1\n# EOF\n");
}

TEST(OpenMetrics, AHistogramIsCumulative) {
  OpenMetrics out;
  out.family("a_seconds", Type::histogram, "How long.", "seconds");
  constexpr std::array kBounds = {0.00005, 0.5, 1.0};
  constexpr std::array<std::uint64_t, 4> kCounts = {1, 0, 2, 4};
  out.histogram(kBounds, kCounts, 12.5, {{"m", "x"}});
  EXPECT_EQ(std::move(out).finish(),
            "# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n# HELP a_seconds How long.\n"
            "a_seconds_bucket{m=\"x\",le=\"5e-05\"} 1\na_seconds_bucket{m=\"x\",le=\"0.5\"} 1\n"
            "a_seconds_bucket{m=\"x\",le=\"1.0\"} 3\na_seconds_bucket{m=\"x\",le=\"+Inf\"} 7\n"
            "a_seconds_sum{m=\"x\"} 12.5\na_seconds_count{m=\"x\"} 7\n# EOF\n");
}

TEST(RequestCounts, CountsByMethodAndOutcome) {
  const ipc::Caller caller;
  const ipc::MethodInfo get{"user.get", ipc::Role::reader, "", "", ipc::Effect::reads};
  RequestCounts counts;
  ipc::Trace trace;
  trace.method = &get;
  counts.ended({caller, trace, "ok", 50us});
  counts.ended({caller, trace, "ok", 51us});
  counts.ended({caller, trace, "stale", 20s});
  trace.method = nullptr;
  counts.ended({caller, trace, ipc::kOutcomeNoMethod, 0us});
  OpenMetrics out;
  counts.write(out);
  const auto text = std::move(out).finish();
  for (const auto* line : {"requests_total{method=\"user.get\",outcome=\"ok\"} 2\n",
                           "requests_total{method=\"user.get\",outcome=\"stale\"} 1\n",
                           "requests_total{method=\"unknown\",outcome=\"no_method\"} 1\n",
                           "seconds_bucket{method=\"user.get\",le=\"5e-05\"} 1\n",
                           "seconds_bucket{method=\"user.get\",le=\"0.0001\"} 2\n",
                           "seconds_bucket{method=\"user.get\",le=\"10.0\"} 2\n",
                           "seconds_bucket{method=\"user.get\",le=\"+Inf\"} 3\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace icure::api
