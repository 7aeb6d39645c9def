#include "store/sqlite_memory.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace icure::store {
namespace {

sqlite3_mem_methods plain;

void release(void* memory) {
  if (memory) explicit_bzero(memory, static_cast<std::size_t>(plain.xSize(memory)));
  plain.xFree(memory);
}

/// Always moves: what the plain one leaves behind when it moves could not be wiped.
void* resize(void* memory, int bytes) {
  void* moved = plain.xMalloc(bytes);
  if (!moved) return nullptr;
  std::memcpy(moved, memory, static_cast<std::size_t>(std::min(bytes, plain.xSize(memory))));
  release(memory);
  return moved;
}

}  // namespace

void wipe_what_sqlite_frees() {
  static const bool done = [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK) return false;
    auto wiping = plain;
    wiping.xFree = release;
    wiping.xRealloc = resize;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping) == SQLITE_OK;
  }();
  (void)done;
}

}  // namespace icure::store
