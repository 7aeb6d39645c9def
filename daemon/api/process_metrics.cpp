#include "daemon/api/process_metrics.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace icure::api {
namespace {

using Type = OpenMetrics::Type;

std::optional<double> resident_bytes() {
  std::ifstream file("/proc/self/statm");  // pages: all, resident, ...
  double all = 0;
  double resident = 0;
  if (!(file >> all >> resident)) return std::nullopt;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  const auto count = std::distance(begin(files), end(files));
  return static_cast<double>(count - 1);  // less the one that looks
}

}  // namespace

void write_process(OpenMetrics& out, WallTime started) {
  if (const auto bytes = resident_bytes()) {
    out.family("icure_syncd_process_resident_memory_bytes", Type::gauge,
               "Memory of the daemon that is in RAM.", "bytes");
    out.sample(*bytes);
  }
  if (const auto count = open_descriptors()) {
    out.family("icure_syncd_process_open_fds", Type::gauge, "Open file descriptors.");
    out.sample(*count);
  }
  out.family("icure_syncd_process_start_time_seconds", Type::gauge,
             "When the daemon started, in seconds since 1970.", "seconds");
  out.sample(std::chrono::duration<double>(started.time_since_epoch()).count());
}

}  // namespace icure::api
