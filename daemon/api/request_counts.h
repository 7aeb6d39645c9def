// Counts the socket's calls, by method and outcome, and how long they took.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/api/open_metrics.h"
#include "ipc/observer.h"

namespace icure::api {

/// Loop thread only.
class RequestCounts final : public ipc::Observer {
 public:
  void ended(const ipc::CallEnd& call) override;
  void write(OpenMetrics& out) const;

 private:
  /// Seconds. Reads from memory take tens of microseconds, those that ask the platform seconds.
  static constexpr std::array kBounds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                         0.01,    0.025,  0.1,     0.25,   1.0,   2.5,    10.0};
  struct Counts {
    std::vector<std::pair<std::string_view, std::uint64_t>> outcomes;  // few
    std::array<std::uint64_t, kBounds.size() + 1> took{};
    std::chrono::nanoseconds sum{0};
  };
  // By the table's own entry, null for all that is none.
  std::unordered_map<const ipc::MethodInfo*, Counts> by_method_;
};

}  // namespace icure::api
