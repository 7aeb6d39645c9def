// Chance as an argument, so that a test can own it.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace icure {

/// Any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t below(std::uint64_t bound) = 0;   ///< Uniform in [0, bound).
  virtual void fill(std::span<unsigned char> bytes) = 0;  ///< Fit for keys.
};

/// A random (version 4) UUID in lower case: the form of the platform's ids.
std::string uuid4(Random& random);

/// The kernel's and OpenSSL's chance.
class SystemRandom final : public Random {
 public:
  std::uint64_t below(std::uint64_t bound) override;
  void fill(std::span<unsigned char> bytes) override;
};

}  // namespace icure
