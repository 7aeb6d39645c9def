// Counts of durations in buckets that grow with them: quantiles of millions in 4 KiB.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace icure {

/// One thread. A quantile is at most an eighth too high.
class LogHistogram {
 public:
  using Nanos = std::chrono::nanoseconds;

  /// Below zero counts as zero.
  void add(Nanos duration) {
    const auto value = duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
    ++buckets_[bucket_of(value)];
    ++count_;
    if (duration > max_) max_ = duration;
  }

  std::uint64_t count() const { return count_; }
  Nanos max() const { return max_; }
  /// The least bound that this share (0 to 1) of the durations keeps; 0 if there are none.
  Nanos quantile(double share) const {
    auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (wanted < buckets_[i] || (wanted == buckets_[i] && wanted > 0)) {
        return std::min(max_, Nanos(static_cast<std::int64_t>(end_of(i))));
      }
      wanted -= buckets_[i];
    }
    return max_;
  }

 private:
  static constexpr int kParts = 3;  // an octave has 2^3 buckets

  static std::size_t bucket_of(std::uint64_t value) {
    const auto width = static_cast<int>(std::bit_width(value));
    if (width <= kParts) return static_cast<std::size_t>(value);
    const int shift = width - 1 - kParts;
    return (static_cast<std::size_t>(shift + 1) << kParts) +
           static_cast<std::size_t>((value >> shift) & ((1U << kParts) - 1));
  }
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < (1U << kParts)) return bucket;
    const auto shift = (bucket >> kParts) - 1;
    const auto part = (bucket & ((1U << kParts) - 1)) | (1U << kParts);
    return ((static_cast<std::uint64_t>(part) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 64 << kParts> buckets_{};
  std::uint64_t count_ = 0;
  Nanos max_{0};
};

}  // namespace icure
