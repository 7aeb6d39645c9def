// What the program frees is overwritten first: documents and answers pass through many
// buffers, and none of them should still hold a patient when its row is closed again. Not built
// with sanitizers, which bring a heap of their own.
#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

void operator delete(void* memory) noexcept {
  if (memory) explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t bytes) noexcept {
  if (memory) explicit_bzero(memory, bytes);
  std::free(memory);
}

void operator delete(void* memory, std::align_val_t) noexcept {
  operator delete(memory);
}
