// Repeatable chance: every number of the invented data is a pure function of what is mixed in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace icure::sandbox {

/// The finisher of splitmix64: spreads 64 bits, and is one to one.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

template <class... More>
constexpr std::uint64_t mix(std::uint64_t first, std::uint64_t second, More... more) {
  return mix(mix(first) ^ second, static_cast<std::uint64_t>(more)...);
}

/// A short stream of numbers from one seed.
class Dice {
 public:
  explicit constexpr Dice(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() { return mix(state_++); }

  /// 0 .. n-1; 0 when n is 0.
  constexpr std::size_t below(std::size_t n) { return n == 0 ? 0 : next() % n; }

  constexpr bool percent(unsigned chance) { return below(100) < chance; }

  template <class Array>
  constexpr const auto& pick(const Array& from) {
    return from[below(std::size(from))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace icure::sandbox
