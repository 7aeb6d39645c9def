// Secret: bytes that must not be swapped, dumped, logged or left behind.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "daemon/base/result.h"

namespace icure {

/// Locks a region of memory for secrets (not swapped, not in core dumps, guard pages around it)
/// and forbids core dumps. Call once, before the first Secret; without it, as in unit tests,
/// secrets are wiped but not locked. Fails with io if the memory could not be locked: the caller
/// warns and goes on.
Result<Done> protect_secrets();

/// Overwrites bytes of ordinary memory that held a secret.
void wipe(std::span<char> bytes);

/// Owns a copy of some secret bytes and wipes them at the end. There is no way to print one.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const unsigned char> bytes);
  explicit Secret(std::string_view text);
  static Secret zeroed(std::size_t size);  ///< To be filled through data().
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  Secret copy() const { return Secret(bytes()); }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  unsigned char* data() { return data_; }
  std::span<const unsigned char> bytes() const { return {data_, size_}; }
  /// For handing to a library; never for a log, an error or a command line. Not terminated by 0.
  std::string_view reveal() const { return {reinterpret_cast<const char*>(data_), size_}; }
  /// Constant time for equal lengths.
  bool equals(const Secret& other) const;

 private:
  unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace icure
