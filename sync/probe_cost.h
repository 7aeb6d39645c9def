// ProbeCost: whether it pays to compare the stubs of a kind before its documents are read. Pure.
#pragma once
#include <algorithm>
#include <cstdint>

namespace icure::sync {

/// Learns from what was received. A stub holds all key maps of a data owner: of a professional
/// with many it is nearly as large as the document, and then asking for stubs first only costs.
class ProbeCost {
 public:
  void stub(std::size_t bytes) { stubs_.add(bytes); }
  void document(std::size_t bytes) { documents_.add(bytes); }

  /// For the sweep that begins: read every document, without a probe?
  bool pays_to_pull() {
    if (stubs_.count == 0 || documents_.count == 0) return false;
    if (stubs_.bytes < kNearlyAsLarge * documents_.bytes) return false;
    return ++pulls_ % kProbeAgain != 0;  // keys come and go: look again now and then
  }

 private:
  static constexpr double kNearlyAsLarge = 0.7;
  static constexpr int kProbeAgain = 24;  // about a day of hourly sweeps

  struct Average {
    double bytes = 0;
    std::uint64_t count = 0;
    void add(std::size_t size) {
      count = std::min<std::uint64_t>(count + 1, 1000);  // the last thousand or so count
      bytes += (static_cast<double>(size) - bytes) / static_cast<double>(count);
    }
  };
  Average stubs_;
  Average documents_;
  int pulls_ = 0;
};

}  // namespace icure::sync
