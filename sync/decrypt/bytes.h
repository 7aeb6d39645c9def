// Bytes that are wiped when their memory is given back: keys, and what keys open.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
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

}  // namespace icure::sync::decrypt
