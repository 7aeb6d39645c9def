// Bytes that are wiped when their memory is given back: keys, and what keys open.
#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace icure::sync::decrypt {

/// Overwrites memory in a way that no optimiser removes.
void wipe(void* memory, std::size_t size) noexcept;

/// Wiped, not locked as a Secret is: there may be more of these than memory can be locked.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  /// resize() leaves new bytes as they are: whoever resizes fills them.
  template <class U, class... From>
  void construct(U* at, From&&... from) {
    if constexpr (sizeof...(From) == 0) {
      ::new (static_cast<void*>(at)) U;
    } else {
      ::new (static_cast<void*>(at)) U(std::forward<From>(from)...);
    }
  }
  bool operator==(const WipingAllocator&) const = default;
};

using Bytes = std::vector<unsigned char, WipingAllocator<unsigned char>>;
using View = std::span<const unsigned char>;

inline std::string_view as_text(View bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline View as_bytes(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// In one copy, which a vector with an allocator of its own does not make.
inline void assign(Bytes& bytes, std::string_view text) {
  bytes.resize(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
}

}  // namespace icure::sync::decrypt
