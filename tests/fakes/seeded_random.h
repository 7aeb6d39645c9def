// Chance that can be had again: the same seed, the same numbers, on every machine.
#pragma once
#include <random>

#include "daemon/base/random.h"

namespace icure::fakes {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

  /// Not quite uniform, which no test minds; the standard's own distributions differ by library.
  std::uint64_t below(std::uint64_t bound) override { return bound == 0 ? 0 : engine_() % bound; }
  void fill(std::span<unsigned char> bytes) override {
    for (auto& byte : bytes) byte = static_cast<unsigned char>(engine_());
  }

  bool percent(std::uint64_t chance) { return below(100) < chance; }
  template <class Range>
  const auto& pick(const Range& from) {
    return *std::next(std::begin(from), static_cast<std::ptrdiff_t>(below(std::size(from))));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace icure::fakes
