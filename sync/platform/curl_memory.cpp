#include "sync/platform/curl_memory.h"

#include <curl/curl.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace icure::sync {
namespace {

void free_wiped(void* memory) {
  if (memory) explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): curl's memory is C's
}

void* realloc_wiped(void* memory, std::size_t size) {
  auto* fresh = std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc): as above
  if (!fresh || !memory) return fresh;
  std::memcpy(fresh, memory, std::min(size, malloc_usable_size(memory)));
  free_wiped(memory);
  return fresh;
}

}  // namespace

void wipe_what_curl_frees() {
  static const auto done = curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &free_wiped,
                                                &realloc_wiped, &strdup, &std::calloc);
  (void)done;  // if it failed, every transfer does
}

}  // namespace icure::sync
