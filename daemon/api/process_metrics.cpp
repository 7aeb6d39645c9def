#include "daemon/api/process_metrics.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

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

/// Since 1970.
std::optional<double> start_seconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  if (!std::getline(stat, text)) return std::nullopt;
  // The name in brackets may hold anything; from "state" on, the start is the 20th word.
  std::istringstream words(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int word = 1; word < 20; ++word) words >> skipped;
  double ticks = 0;
  if (!(words >> ticks)) return std::nullopt;
  std::ifstream system("/proc/stat");
  for (std::string name; system >> name; std::getline(system, skipped)) {
    double booted = 0;
    if (name == "btime" && system >> booted) {
      return booted + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
  }
  return std::nullopt;
}

}  // namespace

void write_process(OpenMetrics& out) {
  if (const auto bytes = resident_bytes()) {
    out.family("icure_syncd_process_resident_memory_bytes", Type::gauge,
               "Memory of the daemon that is in RAM.", "bytes");
    out.sample(*bytes);
  }
  if (const auto count = open_descriptors()) {
    out.family("icure_syncd_process_open_fds", Type::gauge, "Open file descriptors.");
    out.sample(*count);
  }
  if (const auto start = start_seconds()) {
    out.family("icure_syncd_process_start_time_seconds", Type::gauge,
               "When the daemon started, in seconds since 1970.", "seconds");
    out.sample(*start);
  }
}

}  // namespace icure::api
